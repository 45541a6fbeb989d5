"""Commands by which a person teaches: accept, reject, seeds, rescore, learn, profile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.commands_common import (
    db_option,
    json_options,
    look,
    open_store,
    parse_id,
    print_json,
    print_results,
    progress,
)  # fmt: skip
from pipelines.errors import InputError, UsageError

if TYPE_CHECKING:
    from pipelines.database import Store
    from pipelines.database.seeds import Seed
    from pipelines.profile import Profile
    from pipelines.types import Agreement, Match, Outlet, Page, Story


# -- verdicts --------------------------------------------------------------------------------------------------


def _verdict_command(name: str, verdict: str, doc: str) -> click.Command:
    @click.command(name, help=doc, epilog=f"Example: kyket {name} s12 e7")
    @click.argument("ids", nargs=-1, required=True, metavar="ID...")
    @click.option("--note", help="Why, for later readers.")
    @click.option("--undo", is_flag=True, help="Take the verdict back: the score counts again.")
    @db_option
    def command(ids: tuple[str, ...], note: str | None, undo: bool, db: Path | None) -> None:
        parsed = [parse_id(text, "se") for text in ids]
        with open_store(db) as store:
            done = store.verdicts.give(
                "none" if undo else verdict,
                stories=[number for letter, number in parsed if letter == "s"],
                events=[number for letter, number in parsed if letter == "e"],
                note=note,
                now=datetime.now(UTC),
            )
        what = "Took back the verdict on" if undo else f"{verdict.capitalize()}ed"
        click.echo(f"{what} {len(done)} {'story' if len(done) == 1 else 'stories'}: {_listing(done)}.")

    return command


def _listing(stories: list[int]) -> str:
    shown = ", ".join(f"s{story}" for story in stories[:12])
    return shown + (f" and {len(stories) - 12} more" if len(stories) > 12 else "")


accept = _verdict_command(
    "accept",
    "accept",
    "Say that stories (s12), or all stories of an event (e7), are matches, whatever their score.",
)
reject = _verdict_command(
    "reject",
    "reject",
    "Say that stories (s12), or all stories of an event (e7), are no matches, whatever their score.",
)


# -- judging ---------------------------------------------------------------------------------------------------


def _judging(store: Store, profile: Profile) -> Callable[[Story], tuple[Match, Agreement | None]]:
    """The flow's last two stages, with the seeds and weights of this database."""
    from pipelines.flow import Flow

    flow = Flow(profile, store.seeds.corpus(profile))

    def judge(story: Story) -> tuple[Match, Agreement | None]:
        processed = flow.judge(story)
        return processed.match, processed.agreement

    return judge


def _profile(store: Store) -> Profile:
    from pipelines.config import load_config

    return store.seeds.profile(load_config().profile)


def _rescore(store: Store, profile: Profile) -> dict[str, int]:
    now = datetime.now(UTC)
    total = store.stories.count()
    with progress(total, "judging") as advance:
        return store.stories.rescore(_judging(store, profile), now=now, progress=advance)


@click.command(epilog="Example: kyket rescore")
@db_option
@json_options
def rescore(db: Path | None, as_json: bool, as_jsonl: bool) -> None:
    """Judge all stored stories anew, with the present profile, seeds and weights. Verdicts stay.

    Stories that become matches show up in `kyket new`.
    """
    with open_store(db) as store:
        counts = _rescore(store, _profile(store))
    if as_json or as_jsonl:
        print_json(counts)
        return
    click.echo(_rescored(counts))


def _rescored(counts: dict[str, int]) -> str:
    return (
        f"Judged {counts['judged']} stories: {counts['became']} became matches, {counts['stopped']} no longer are. "
        + ("See them with: kyket new" if counts["became"] else "")
    ).strip()


# -- seeds -----------------------------------------------------------------------------------------------------


@click.group(epilog="Example: kyket seeds add ../seeds/*.txt")
def seeds() -> None:
    """The example stories that nearness is measured by."""


@seeds.command("add", epilog="Example: kyket seeds add my-story.txt https://example.vn/bai-viet.html")
@click.argument("sources", nargs=-1, required=True, metavar="FILE|URL...")
@click.option(
    "--rescore/--no-rescore", "judge_anew", default=True, show_default=True, help="Judge all stories anew."
)
@db_option
@click.pass_context
def seeds_add(context: click.Context, sources: tuple[str, ...], judge_anew: bool, db: Path | None) -> None:
    """Add stories as seeds, from text files, saved pages or addresses. The bundled seeds are recognised."""
    pages = _fetch([source for source in sources if _is_url(source)], db, context.obj or {})
    with open_store(db, create=True) as store:
        profile = _profile(store)
        changed = 0
        # All are read before any is stored: a typo in the last one changes nothing.
        loaded = [(source, *_load_seed(source, profile, pages)) for source in sources]
        for source, story, shipped in loaded:
            corpus = store.seeds.corpus(profile)
            facts = next((facts for facts in profile.seed_facts if facts["id"] == shipped), None)
            seed_id = shipped or store.seeds.same_text(story) or store.seeds.new_id(_stem(source, story))
            if shipped is None and seed_id not in corpus.ids:
                click.echo(f"{source}: a new seed, {seed_id}")
            else:
                click.echo(f"{source}: seed {seed_id}")
            number, is_new = store.seeds.add(
                story, _judging(store, profile), seed_id=seed_id, facts=facts, now=datetime.now(UTC)
            )
            changed += is_new
            click.echo(f"  s{number} {story.title}")
        if changed and judge_anew:
            click.echo(_rescored(_rescore(store, profile)))


def _stem(source: str, story: Story) -> str:
    return story.title if _is_url(source) else Path(source).stem


def _is_url(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _load_seed(
    source: str, profile: Profile, pages: dict[str, tuple[Page, Outlet | None]]
) -> tuple[Story, str | None]:
    """The story that a file or an address holds, and the shipped seed that it is, if it is one."""
    from pipelines.matching.similarity import SeedCorpus
    from pipelines.seed_texts import read_seed

    shipped = SeedCorpus.shipped(profile)
    if _is_url(source):
        story = _extracted(*pages[source], source)
        return story, shipped.recognise(story.title, story.text)
    path = Path(source)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{source}: {error.strerror}") from error
    if path.suffix.lower() in (".html", ".htm"):
        story = _extracted(_saved_page(raw, path), None, source)
        return story, shipped.recognise(story.title, story.text)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{source} is not UTF-8 text (byte {error.start})") from error
    story = read_seed(text, name=path.stem)
    known = shipped.recognise(story.title, story.text)
    facts = next((facts for facts in profile.seed_facts if facts["id"] == known), None)
    if facts is not None:
        story = read_seed(text, name=path.stem, facts=facts)
    return story, known


def _saved_page(raw: bytes, path: Path) -> Page:
    from pipelines.types import Page

    return Page(url=path.absolute().as_uri(), body=raw, fetched_at=datetime.now(UTC), gated_in=True)


def _fetch(urls: list[str], db: Path | None, tools: dict[str, Any]) -> dict[str, tuple[Page, Outlet | None]]:
    """The pages at these addresses. The fetching room stands above this one, so it is handed in."""
    if not urls:
        return {}
    fetch: Callable[[list[str], Path], list[tuple[Page, Outlet | None]]] | None = tools.get("fetch")
    if fetch is None:
        raise UsageError(
            f"{urls[0]}: addresses can be fetched by the `kyket` command only; give the text as a file"
        )
    with open_store(db, create=True) as store:
        path = store.path
    return dict(zip(urls, fetch(urls, path), strict=True))


def _extracted(page: Page, outlet: Outlet | None, source: str) -> Story:
    from pipelines.extract import extract_story
    from pipelines.types import Rejected

    story = extract_story(page, outlet, now=datetime.now(UTC))
    if isinstance(story, Rejected):
        raise InputError(f"{source}: no story in it ({story.outcome}: {story.why})")
    return story


@seeds.command("list", epilog="Example: kyket seeds list")
@db_option
@json_options
def seeds_list(db: Path | None, as_json: bool, as_jsonl: bool) -> None:
    """The seeds: those that the package knows and your own."""
    from dataclasses import asdict

    from pipelines.reports import safe

    found = _listed_seeds(db)
    style = look()

    def line(seed: dict[str, Any]) -> tuple[str, ...]:
        text = seed["story"] or "no text yet: kyket seeds add FILE|URL"
        state = "" if seed["active"] else " (removed)"
        facts = seed["facts"]
        title = seed["title"] or "; ".join(facts.get("parties", ())[:2])
        return (f"{style.name(seed['id'])}{state}\t{text}\t{safe(title)}\t{safe(seed['url'] or '')}",)

    rows = [{**asdict(seed), "story": None if seed.story is None else f"s{seed.story}"} for seed in found]
    print_results(rows, as_json=as_json, as_jsonl=as_jsonl, lines=line)


def _listed_seeds(db: Path | None) -> list[Seed]:
    """The seeds of the database; where there is none yet, those that the package knows."""
    from pipelines.config import load_config
    from pipelines.database.seeds import listed
    from pipelines.profile import load_profile

    config = load_config()
    if not config.db_path(db).exists():
        return listed(load_profile(config.profile))
    with open_store(db, readonly=True) as store:
        return store.seeds.list(_profile(store))


@seeds.command("remove", epilog="Example: kyket seeds remove qk4-sau-tinh")
@click.argument("seed", metavar="ID")
@click.option(
    "--rescore/--no-rescore", "judge_anew", default=True, show_default=True, help="Judge all stories anew."
)
@db_option
def seeds_remove(seed: str, judge_anew: bool, db: Path | None) -> None:
    """Take a seed out: nothing is compared with it any more."""
    with open_store(db, create=True) as store:  # a bundled seed can go before the first crawl
        profile = _profile(store)
        known = {one.id: one for one in store.seeds.list(profile)}
        if seed not in known and seed[:1] == "s" and seed[1:].isdigit():  # its story's id does as well
            seed = next((one.id for one in known.values() if one.story == int(seed[1:])), seed)
        store.seeds.remove(seed, profile, now=datetime.now(UTC))
        click.echo(f"Removed the seed {seed}.")
        if judge_anew:
            click.echo(_rescored(_rescore(store, profile)))


# -- learning --------------------------------------------------------------------------------------------------


@click.command(epilog="Example: kyket learn, then kyket learn --apply")
@click.option(
    "--apply", "apply_", is_flag=True, help="Put the new weights in force and judge all stories anew."
)
@click.option("--reset", is_flag=True, help="Back to the weights that the package ships.")
@db_option
@json_options
def learn(apply_: bool, reset: bool, db: Path | None, as_json: bool, as_jsonl: bool) -> None:
    """Refit the score from your verdicts, and report what would change. Nothing changes without --apply."""
    with open_store(db) as store:
        profile = _profile(store)
        if reset:
            was = store.models.reset(profile.name)
            click.echo(
                "The shipped weights are in force again."
                if was
                else "The shipped weights are in force already."
            )
            if was:
                click.echo(_rescored(_rescore(store, _profile(store))))
            return
        report, weights = _refit(store, profile)
        if as_json or as_jsonl:
            print_json(report)
        else:
            for line in _learning_lines(report):
                click.echo(line)
        if apply_:
            store.models.apply(profile.name, weights, report, now=datetime.now(UTC))
            counts = _rescore(store, _profile(store))
            click.echo(_rescored(counts), err=as_json or as_jsonl)
        elif not (as_json or as_jsonl):
            click.echo("Nothing was changed; `kyket learn --apply` puts the new weights in force.")


def _refit(store: Store, profile: Profile) -> tuple[dict[str, Any], dict[str, Any]]:
    from dataclasses import asdict

    from pipelines.matching.fit import Example, labelled_examples, refit
    from pipelines.matching.score import Judge

    given = store.verdicts.standing()
    if not given:
        raise UsageError("there is no verdict to learn from; `kyket accept` and `kyket reject` give some")
    judge = Judge(profile, store.seeds.corpus(profile))
    verdicts, stories = [], []
    for number, verdict in given:
        story = store.stories.story(number)
        assert story is not None
        event = store.grouper.standing(number)[1]
        stories.append((number, story))
        verdicts.append(
            Example(
                features=judge.features(story), positive=verdict == "accept",
                group=f"event {event}" if event is not None else f"story {number}",
            )
        )  # fmt: skip
    try:
        result = refit(labelled_examples(profile), verdicts, profile.weights)
    except ValueError as error:
        raise UsageError(str(error)) from error
    from dataclasses import replace

    after = Judge(replace(profile, weights=result.weights), store.seeds.corpus(profile))
    changes = _changes(store, after)
    report = {
        "verdicts": result.verdicts,
        "labelled": result.labelled,
        "before": asdict(result.before),
        "after": asdict(result.after),
        "verdicts_agree_before": result.verdicts_before,
        "verdicts_agree_after": result.verdicts_after,
        **changes,
    }
    return report, dict(result.weights)


def _changes(store: Store, judge: Any) -> dict[str, Any]:
    """Which stored stories would become matches, or stop being some."""
    became: list[str] = []
    stopped: list[str] = []
    with progress(store.stories.count(), "comparing") as advance:
        for row in store.stories.iterate():
            advance(1)
            if row.story.origin == "seed" or row.verdict is not None:
                continue
            was = store.stories.is_match(row.id)
            now = judge.judge(row.story).is_match
            if now != was:
                (became if now else stopped).append(f"s{row.id}")
    return {"would_become": became, "would_stop": stopped}


def _learning_lines(report: dict[str, Any]) -> list[str]:
    before, after = report["before"], report["after"]
    return [
        f"Learnt from {report['verdicts']} verdicts beside {report['labelled']} labelled stories (cross-validated):",
        f"  precision {before['precision']:.3f} → {after['precision']:.3f}, "
        f"recall {before['recall']:.3f} → {after['recall']:.3f}, F1 {before['f1']:.3f} → {after['f1']:.3f}",
        f"  agrees with your verdicts: {report['verdicts_agree_before']:.0%} → {report['verdicts_agree_after']:.0%}",
        f"  {len(report['would_become'])} stored stories would become matches"
        + (f" ({', '.join(report['would_become'][:10])})" if report["would_become"] else ""),
        f"  {len(report['would_stop'])} would no longer be"
        + (f" ({', '.join(report['would_stop'][:10])})" if report["would_stop"] else ""),
    ]


# -- profile ---------------------------------------------------------------------------------------------------


@click.group(epilog="Example: kyket profile export mine.json")
def profile() -> None:
    """The topic, with what was learnt of it, as one file."""


@profile.command("export", epilog="Example: kyket profile export mine.json")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@db_option
def profile_export(file: Path, db: Path | None) -> None:
    """Write the profile and the weights in force to FILE."""
    from pipelines.config import load_config
    from pipelines.profile import export_profile, load_profile

    config = load_config()
    if config.db_path(db).exists():
        with open_store(db, readonly=True) as store:
            export_profile(_profile(store), file)
    else:
        export_profile(load_profile(config.profile), file)
    click.echo(f"Wrote the profile to {file}.")


@profile.command("import", epilog="Example: kyket profile import colleague.json")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@db_option
def profile_import(file: Path, db: Path | None) -> None:
    """Put the weights of an exported profile in force and judge all stories anew.

    Acts, instruments and gate come from the profile that is in use: `profile = "FILE"` in kyket.toml changes that.
    """
    from pipelines.profile import import_profile

    given = import_profile(file)
    with open_store(db, create=True) as store:
        own = _profile(store)
        if given.name != own.name:
            raise UsageError(
                f"{file} is a profile of {given.name!r}, this database works with {own.name!r}; "
                f'write profile = "{file}" in kyket.toml to change the topic'
            )
        store.models.apply(own.name, given.weights, {"imported": file.name}, now=datetime.now(UTC))
        counts = _rescore(store, _profile(store))
    click.echo(f"The weights of {file} are in force. {_rescored(counts)}")
