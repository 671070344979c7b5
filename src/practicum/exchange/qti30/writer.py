"""A bank to a QTI 3.0 package: the manifest, one file per item, and the images."""

from __future__ import annotations

from practicum.exchange.archive import write_archive
from practicum.exchange.bank import Bank, Remark, WrittenBank
from practicum.exchange.item_writing import ItemWriting
from practicum.exchange.qti30.item import SCHEMA_INSTANCE, item_xml
from practicum.exchange.xml_parsing import Element, add, serialized

_PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_SCHEMA = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqtiv3p0_imscpv1p2_v1p0.xsd"


def write_qti30(bank: Bank) -> WrittenBank:
    """Return a bank as an archive, with remarks on what QTI 3.0 has no place for."""
    remarks: list[Remark] = []
    items: dict[str, bytes] = {}
    images: dict[str, bytes] = {}
    used: dict[str, list[str]] = {}
    for number, item in enumerate(bank.items, 1):
        writing = ItemWriting(bank, item, "../images/")
        root = item_xml(writing, f"item_{number}")
        remarks += writing.remarks
        if root is not None:
            files = {f"images/{name}": content for name, content in writing.take_files().items()}
            items[f"items/item_{number}.xml"] = serialized(root, pretty=False)
            used[f"items/item_{number}.xml"] = list(files)
            images |= files
    manifest = serialized(_manifest(used, list(images)))
    return WrittenBank(write_archive({"imsmanifest.xml": manifest} | items | images), tuple(remarks))


def _manifest(items: dict[str, list[str]], images: list[str]) -> Element:
    """The list of files.

    Args:
        items: The images of each item, by the item's path.
        images: The paths of all images.
    """
    from lxml import etree

    root = etree.Element(
        f"{{{_PACKAGE}}}manifest", nsmap={None: _PACKAGE, "xsi": SCHEMA_INSTANCE}, identifier="practicum_bank"
    )
    root.set(f"{{{SCHEMA_INSTANCE}}}schemaLocation", f"{_PACKAGE} {_SCHEMA}")
    metadata = add(root, "metadata")
    add(metadata, "schema", "QTI Package")
    add(metadata, "schemaversion", "3.0.0")
    add(root, "organizations")
    resources = add(root, "resources")
    for number, (path, files) in enumerate(items.items(), 1):
        resource = add(resources, "resource", identifier=f"resource_{number}", type="imsqti_item_xmlv3p0", href=path)
        add(resource, "file", href=path)
        for file in files:
            add(resource, "dependency", identifierref=f"image_{images.index(file) + 1}")
    for number, path in enumerate(images, 1):
        resource = add(resources, "resource", identifier=f"image_{number}", type="webcontent", href=path)
        add(resource, "file", href=path)
    return root
