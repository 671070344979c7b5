"""What writers of HTML banks share: remarks on what their format cannot express, and the files that texts refer to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from practicum.exchange.bank import Bank, Item, Remark
from practicum.exchange.markup import from_plain, to_html, to_inline_html, to_plain


@dataclass
class ItemWriting:
    """The writing of one item.

    Args:
        bank: It has the files that texts refer to.
        item: What is written.
        prefix: What a text's reference to a file begins with: `@@PLUGINFILE@@/`.
    """

    bank: Bank
    item: Item
    prefix: str
    remarks: list[Remark] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    """By name: those that the texts since the last :meth:`take_files` refer to."""

    def remark(self, code: str, message: str) -> None:
        """Note what the format cannot express."""
        self.remarks.append(Remark(self.item.path, self.item.line, self.item.identifier, code, message))

    def block(self, markdown: str) -> str:
        """Return a text as HTML."""
        return to_html(markdown, self._address)

    def inline(self, markdown: str) -> str:
        """Return a text as HTML, without a paragraph if it is a single one."""
        return to_inline_html(markdown, self._address)

    def plain(self, markdown: str) -> str:
        """Return a text where the format has no markup."""
        text = to_plain(markdown)
        if from_plain(text) != markdown:
            self.remark("markup-dropped", "A text loses its markup, because the format has none there.")
        return text

    def question(self) -> str:
        """Return the text of the item as HTML, with its code below it."""
        if not self.item.code:
            return self.block(self.item.text)
        fence = "`" * max(3, max(map(len, self.item.code.split("\n"))) if "```" in self.item.code else 3)
        return self.block(f"{self.item.text}\n\n{fence}python\n{self.item.code}\n{fence}")

    def take_files(self) -> dict[str, bytes]:
        """Return the files of the last text, and forget them."""
        taken, self.files = self.files, {}
        return taken

    def _address(self, address: str) -> str:
        content = self.bank.resources.get(address)
        if content is None:
            return address
        name = PurePosixPath(address).name
        self.files[name] = content
        return self.prefix + name
