"""A plain page for people: every name in it is escaped, and it holds no script."""

from typing import Any

from jinja2 import Environment

_TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ title }}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem }
table { border-collapse: collapse; font-size: .875rem }
th, td { border: 1px solid #bbb; padding: .2rem .5rem; text-align: left; vertical-align: top }
.wide { overflow-x: auto }
</style>
</head>
<body>
<h1>{{ title }}</h1>
{% if description %}<p>{{ description }}</p>{% endif %}
{% for section in collections or () %}
<h2><a href="{{ section.links[0].href }}">{{ section.title }}</a></h2>
<p>{{ section.description }}</p>
{% endfor %}
{% if rows %}
<div class="wide"><table>
<tr>{% for name in columns %}<th>{{ name }}</th>{% endfor %}</tr>
{% for row in rows %}<tr>{% for value in row %}<td>{{ value }}</td>{% endfor %}</tr>
{% endfor %}</table></div>
{% endif %}
<ul>
{% for link in links %}
<li><a rel="{{ link.rel }}" href="{{ link.href }}">{{ link.title }}</a> ({{ link.rel }})</li>
{% endfor %}
</ul>
</body>
</html>
"""

_PAGE = Environment(autoescape=True, trim_blocks=True).from_string(_TEMPLATE)


def page(content: dict[str, Any]) -> str:
    """Return a page.

    Parameters
    ----------
    content
        ``title`` and ``links``; where there are: ``description``, ``collections``, and a table of
        ``columns`` and ``rows``.

    Returns
    -------
    str
        HTML.
    """
    return _PAGE.render(content)
