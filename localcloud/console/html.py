"""HTML made of escaped words."""

from html import escape


def element(name: str, inner: str = "", /, **attributes: str | bool) -> str:
    """An element; `inner` is HTML already, attributes are escaped. `for_` and `class_` lose their
    underscore, other underscores become hyphens; True stands alone, False is left out."""
    given = "".join(
        f" {_name(key)}" if value is True else f' {_name(key)}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not False
    )
    return f"<{name}{given}>{inner}</{name}>"


def words(text: object) -> str:
    """Foreign text as text."""
    return escape(str(text))


def folded(summary: str, inner: str, key: str = "") -> str:
    """Something that opens; `summary` and `inner` are HTML already."""
    return element("details", element("summary", summary) + inner, data_key=key or False)


def moment(epoch: float) -> str:
    """A time of day, which the page shows in its reader's zone."""
    return element("time", "", data_epoch=f"{epoch:.3f}")


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
