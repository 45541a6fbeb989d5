"""Is this story a match, how near is it to the seeds, and why?

    lexicon     phrases of the profile, found in any spelling
    mending     glued and torn words put right, English sentences left out, for reading only
    evidence    sentences read: clues, and the named signs they give rise to
    terms       the words beside them
    similarity  nearness to each seed
    score       one probability from all of it, with the reasons that moved it
    trees       boosted trees as data
    fit         new weights from a person's verdicts; `training` the shipped ones from labelled corpora

May import pipelines' types, errors, vietnamese, profile and gate. Only `training` needs scikit-learn.
"""
