"""The publications that the rules come from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Publication:
    """A publication on writing or grading items."""

    name: str
    """As it is cited: `Haladyna et al. 2002`."""
    reference: str


@dataclass(frozen=True)
class Source:
    """A place in a publication."""

    publication: Publication
    place: str = ""

    def __str__(self) -> str:
        return f"{self.publication.name}, {self.place}" if self.place else self.publication.name


HALADYNA = Publication(
    "Haladyna et al. 2002",
    "T. M. Haladyna, S. M. Downing, M. C. Rodriguez: A Review of Multiple-Choice Item-Writing Guidelines for Classroom "
    "Assessment. Applied Measurement in Education 15(3), 2002, 309–334. doi:10.1207/S15324818AME1503_5",
)
NBME = Publication(
    "NBME",
    "S. M. Case, D. B. Swanson: Constructing Written Test Questions for the Basic and Clinical Sciences. 3rd edition, "
    "National Board of Medical Examiners, 2001",
)
RODRIGUEZ = Publication(
    "Rodriguez 2005",
    "M. C. Rodriguez: Three Options Are Optimal for Multiple-Choice Items: A Meta-Analysis of 80 Years of Research. "
    "Educational Measurement: Issues and Practice 24(2), 2005, 3–13. doi:10.1111/j.1745-3992.2005.00006.x",
)
ATTALI = Publication(
    "Attali and Bar-Hillel 2003",
    "Y. Attali, M. Bar-Hillel: Guess Where: The Position of Correct Answers in Multiple-Choice Test Items as a "
    "Psychometric Variable. Journal of Educational Measurement 40(2), 2003, 109–128. "
    "doi:10.1111/j.1745-3984.2003.tb01099.x",
)
BUTLER = Publication(
    "Butler and Roediger 2008",
    "A. C. Butler, H. L. Roediger III: Feedback Enhances the Positive Effects and Reduces the Negative Effects of "
    "Multiple-Choice Testing. Memory & Cognition 36(3), 2008, 604–616. doi:10.3758/MC.36.3.604",
)
KINCAID = Publication(
    "Kincaid et al. 1975",
    "J. P. Kincaid, R. P. Fishburne, R. L. Rogers, B. S. Chissom: Derivation of New Readability Formulas for Navy "
    "Enlisted Personnel. Research Branch Report 8-75, Naval Technical Training Command, 1975",
)
