"""Which of a few neighbouring stories are tellings of one event? A second look that later evidence may change.

Where a topic is told thickly (a tournament, a price, a trial) stories of different events share many words; where
nothing else like it is told, fewer shared words suffice. So likeness is judged against how near the nearest stories of
each of the two are (local scaling: Zelnik-Manor and Perona 2004, "Self-tuning spectral clustering", here with half
its force). The scaled stories are put together by group-average clustering (Voorhees 1986).

Every new story has its neighbourhood grouped anew, so that what an early story decided wrongly is put right when more
is known. The neighbourhood is bounded; the rest of the past is not looked at. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

#: Nearest stories that say how thickly the matter of a story is told.
NEAREST = 5
#: What stands for a nearest story that has not come yet: the likeness of stories that have little in common.
NOTHING_NEAR = 0.05
#: Keeps lone stories from being joined by a few stock phrases.
_AIR = 0.01
#: Scaled average link from which stories are one event. Looked for on three public cluster sets together with
#: `NOTHING_NEAR`: from 0.26 to 0.30 the result changes by less than half a point.
ONE_EVENT = 0.30
#: Likeness as it stands from which stories may be one event, however little else like them is told: in a stream where
#: most stories stand alone, a few phrases of their trade are all that two of them share.
LEAST_ALIKE = 0.10
#: A story this like another is in company. How many of the newest stories are says whether one that stands alone is
#: likely to be left over from an event: in the press of a day most stories are told once, in a dossier of clippings none.
COMPANY = 0.20
#: Share of stories in company → scaled average link from which a story that stands alone joins an event all the same;
#: straight lines in between. Found by leaving one story each of 0 to 75 of 100 events of the cluster sets.
_JOINS_ALONE = ((0.65, ONE_EVENT), (0.75, 0.28), (0.83, 0.26), (0.87, 0.20))


def nearness(likest: Sequence[float]) -> float:
    """How near the nearest stories are: the mean of the first `NEAREST`, those to come counted as `NOTHING_NEAR`."""
    known = sorted((max(value, NOTHING_NEAR) for value in likest), reverse=True)[:NEAREST]
    return (sum(known) + NOTHING_NEAR * (NEAREST - len(known))) / NEAREST


def scaled(likeness: float, a_nearness: float, b_nearness: float) -> float:
    """Likeness of two stories, judged by how near the nearest ones of each are; `ONE_EVENT` at `LEAST_ALIKE` at most."""
    judged = likeness / ((a_nearness * b_nearness) ** 0.5 + _AIR) ** 0.5
    return float(min(judged, likeness * ONE_EVENT / LEAST_ALIKE))


def alone(company: float) -> float:
    """Scaled average link from which a story that stands alone joins an event; `company`: share of stories in company."""
    for (share, least), (next_share, next_least) in pairwise(_JOINS_ALONE):
        if company < next_share:
            return least + (next_least - least) * max(0.0, company - share) / (next_share - share)
    return _JOINS_ALONE[-1][1]


def group(
    links: Sequence[Sequence[float]], least: float = ONE_EVENT, alone: float | None = None
) -> list[list[int]]:
    """Positions grouped by average link, the nearest groups first, until none are `least` near.

    Then positions that are left over join what is `alone` near to them, if that asks less. `links` is square and
    symmetric; its diagonal is not looked at. Ties go to the earlier positions.
    """
    alone = least if alone is None else alone
    groups = {position: [position] for position in range(len(links))}
    sums = {(a, b): links[a][b] for a in groups for b in groups if a < b}
    left_over = False
    while True:
        best, pair = max(
            (
                (total / (len(groups[a]) * len(groups[b])), (-a, -b))
                for (a, b), total in sums.items()
                if not left_over or len(groups[a]) == 1 or len(groups[b]) == 1
            ),
            default=(-1.0, (0, 0)),
        )
        if not left_over and best < least and alone < least:
            left_over = True
            continue
        if best < (alone if left_over else least):
            break
        a, b = -pair[0], -pair[1]
        groups[a] += groups.pop(b)
        del sums[a, b]
        for other in groups:
            if other != a:
                gone = sums.pop((min(b, other), max(b, other)))
                sums[min(a, other), max(a, other)] += gone
    return [sorted(members) for members in groups.values()]
