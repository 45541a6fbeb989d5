"""From a page to a row, and back out to a reader. Knows nothing of Scrapy (but in `stages`) nor of the other rooms.

    for page in crawl, replay, import or archive:
        if not gate.admits(page):                  ledger: gated
        story = extract(page, outlet.rules)        or a named refusal: too short, a wall, not Vietnamese …
        match = judge(story, profile, seeds)       probability, evidence, nearest seed
        agreement = read_agreement(story)          who with whom, what kind, which period, when and where
        with one transaction:
            original = duplicate_of(story)         same text: linked to the first
            event = event_of(story, agreement)     same signing: joined, with the reason
            store(story, match, agreement, event)  ledger: stored, no-match, duplicate, revised, unchanged
    read: new · matches · show · search · agreements · digest · pages · exports
"""
