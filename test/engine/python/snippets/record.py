"""Runs the snippets in CPython 3.11 and records what they give: python record.py.

Snippets stand in *.txt files beside this one, separated by blank lines; the last line of each is an expression.
"""

import json
import pathlib
import warnings

warnings.simplefilter("ignore")


def outcome(snippet):
    *body, last = snippet.split("\n")
    namespace = {"__name__": "__main__"}
    try:
        exec("\n".join(body), namespace)
        return repr(eval(last, namespace))
    except Exception as error:
        text = str(error)
        return f"raises {type(error).__name__}" + (f": {text}" if text else "")


here = pathlib.Path(__file__).parent
for source in sorted(here.glob("*.txt")):
    snippets = [part.strip("\n") for part in source.read_text().split("\n\n") if part.strip()]
    recorded = [{"snippet": snippet, "expected": outcome(snippet)} for snippet in snippets]
    source.with_suffix(".json").write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n")
    print(source.name, len(recorded))
