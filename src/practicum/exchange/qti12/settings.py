"""What a package for Canvas contains beside its questions: the manifest, and the settings of the quiz."""

from __future__ import annotations

from decimal import Decimal

from practicum.exchange.bank import Bank
from practicum.exchange.item_reading import plain_number
from practicum.exchange.xml_parsing import Element, add

_PACKAGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
_CANVAS = "http://canvas.instructure.com/xsd/cccv1p0"


def manifest(name: str, title: str, images: tuple[str, ...]) -> Element:
    """The list of the package's files.

    Args:
        name: The identifier of the quiz, and its folder.
        title: Of the bank.
        images: The paths of other files.
    """
    from lxml import etree

    root = etree.Element(f"{{{_PACKAGE}}}manifest", nsmap={None: _PACKAGE}, identifier=f"{name}_manifest")
    metadata = add(root, "metadata")
    add(metadata, "schema", "IMS Content")
    add(metadata, "schemaversion", "1.1.3")
    add(root, "organizations")
    resources = add(root, "resources")
    quiz = add(resources, "resource", identifier=name, type="imsqti_xmlv1p2")
    add(quiz, "file", href=f"{name}/{name}.xml")
    add(quiz, "dependency", identifierref=f"{name}_settings")
    kind = "associatedcontent/imscc_xmlv1p1/learning-application-resource"
    path = f"{name}/assessment_meta.xml"
    settings = add(resources, "resource", identifier=f"{name}_settings", type=kind, href=path)
    add(settings, "file", href=path)
    for number, image in enumerate(images, 1):
        resource = add(resources, "resource", identifier=f"{name}_file{number}", type="webcontent", href=image)
        add(resource, "file", href=image)
    return root


def quiz_settings(name: str, bank: Bank) -> Element:
    """The settings of the quiz: a practice quiz, as often as a learner likes."""
    from lxml import etree

    root = etree.Element(f"{{{_CANVAS}}}quiz", nsmap={None: _CANVAS}, identifier=name)
    add(root, "title", bank.title or "Question bank")
    add(root, "description", bank.source)
    add(root, "quiz_type", "practice_quiz")
    add(root, "points_possible", plain_number(sum((item.points for item in bank.items), Decimal(0))))
    add(root, "allowed_attempts", "-1")
    return root
