# SPDX-License-Identifier: LGPL-2.1-or-later
"""Follows the compiler flags through the shell of a spec's %build, as one architecture has it.

It knows the few forms that glibc's packages are written in and is lost in any other: a guess would cost hours.
"""
import re
from collections import namedtuple

FLAG = "-mno-tls-direct-seg-refs"
OPPOSITE = "-mtls-direct-seg-refs"
VARIABLE = "BuildFlags"
LONGEST = 1 << 13  # what a hostile line may cost grows with the square of its length

# line: of the spec. text: with rpm's macros expanded, continuation lines joined.
Statement = namedtuple("Statement", "line text")
# BuildFlags is set anew, or (adds) extended; flags: how often the flag is in what is added.
Assignment = namedtuple("Assignment", "line adds flags text")
# glibc is configured or made; flags: how often the flag is in its CFLAGS; own: how often in the arguments of the call
# besides, as where a distribution builds a second set. source: the Assignment on which the flags stand, or None.
Build = namedtuple("Build", "line flags own source")

FILTER = r"`[^`]*`|\$\((?:[^()]|\([^()]*\))*\)"  # a command's output in the place of its text
STRING = rf"\"(?:[^\"\\]|\\.)*\"|'[^']*'|{FILTER}|\$\{{[^{{}}]*\}}"
WORD = rf"(?:{STRING}|(?!\$\{{)[^\s\"'`;&|()])*"
SET = re.compile(rf"(?:(?:export|local)\s+)?([A-Za-z_]\w*)(\+?)=({WORD})(?=[\s;]|$)\s*", re.S)
FUNCTION = re.compile(r"(?:function\s+)?([A-Za-z_]\w*)\s*\(\)\s*(.*)$", re.S)
OPENS = re.compile(r"(if|case|for|while|until|select)\b|\($")
CLOSES = re.compile(r"(fi|esac|done)\b|\)")
CLOSED = re.compile(r"[\s;](fi|esac|done)\b[^;]*$")
BEFORE_COMMAND = {"if", "then", "else", "do", "!", "time", "exec", "nice", "env", "sh", "bash", "("}


class Lost(Exception):
    """The line of the spec that is not understood, and what was expected there."""

    def __init__(self, line, found, expected):
        super().__init__(line, found, expected)
        self.line, self.found, self.expected = line, found, expected


def count(text):
    return len(re.findall(rf"(?<![\w-]){re.escape(FLAG)}(?![\w-])", text))


def shown(text):
    text = " ".join(text.split())
    return repr(text if len(text) <= 60 else text[:57] + "...")


def commands(text):
    """The first word of each command in a line of shell, without directories."""
    plain = re.sub(STRING, "Q", text, flags=re.S)
    for part in re.split(r"&&|\|\||[;|]", plain):
        for word in part.split():
            if word not in BEFORE_COMMAND and not re.match(r"-|[A-Za-z_]\w*\+?=", word):
                yield word.lstrip("(").rsplit("/", 1)[-1]
                break


class Flow:
    """What becomes of the flags: self.assignments and self.builds, in order."""

    def __init__(self, statements):
        self.assignments, self.builds = [], []
        self.flags, self.source = 0, None
        self.variables, self.flagged, self.used = {}, {}, set()
        self.builders = {}  # functions that build, and for each CFLAGS in them how often the flag is there of its own
        self.function, self.function_line, self.braces, self.depth = None, 0, 0, 0
        for statement in statements:
            text = statement.text.strip()
            if len(text) > LONGEST:
                raise Lost(statement.line, f"a line of {len(text)} characters", f"at most {LONGEST}")
            if text and not text.startswith("#"):
                if OPPOSITE in text:
                    raise Lost(statement.line, shown(text), f"no {OPPOSITE}")
                self._statement(statement.line, text)
        self._finish(statements)

    def _statement(self, line, text):
        if self.function is None and FUNCTION.match(text):
            self._function(line, text)
        elif self.function is not None and text.startswith("}") and self.braces <= 1:
            self.function = None
        else:
            self._nesting(text)
            self._command(line, text)

    def _function(self, line, text):
        name, rest = FUNCTION.match(text).groups()
        if rest.endswith("}"):
            if VARIABLE in rest or count(rest) or "configure" in commands(rest.strip("{} ")):
                raise Lost(line, shown(text), "a function of several lines")
            return
        self.function, self.function_line, self.braces = name, line, 1 if rest == "{" else 0

    def _nesting(self, text):
        if self.function is not None:
            self.braces += (text == "{" or text.endswith((" {", "\t{"))) - text.startswith("}")
        if CLOSES.match(text):
            self.depth -= 1
        elif OPENS.match(text) and not CLOSED.search(text):
            self.depth += 1

    def _command(self, line, text):
        rest, assigned = text, []
        while (match := SET.match(rest)):
            assigned.append(match.groups())
            rest = rest[match.end():].lstrip("; ")
        if rest.startswith("#"):
            rest = ""
        if VARIABLE in (name for name, _, _ in assigned) and (rest or len(assigned) > 1):
            raise Lost(line, shown(text), f'{VARIABLE}="..." alone on its line')
        if rest and re.search(rf"(?<![\w${{]){VARIABLE}\b", rest):
            raise Lost(line, shown(text), f'{VARIABLE}="..." alone on its line')
        if not rest:
            for name, plus, value in assigned:
                self._assign(line, name, plus, value, text)
        elif not self._build(line, text) and count(text) and next(commands(text), "") not in ("echo", "printf", ":"):
            raise Lost(line, shown(text), f"{FLAG} only in {VARIABLE} or in the call of a function that builds")

    def _assign(self, line, name, plus, value, text):
        if name != VARIABLE:
            self.variables[name] = (self.variables.get(name, "") + " " if plus else "") + value
            if count(value):
                self.flagged[name] = (line, text)
            return
        if value.startswith(("`", "$(")):
            raise Lost(line, shown(text), f'{VARIABLE}="..." with the flags themselves')
        uses, flags = self._resolve(value, line)
        adds = bool(plus or uses)
        if uses > 1:
            raise Lost(line, shown(text), f"${VARIABLE} at most once")
        if (self.function is not None or self.depth) and (not adds or flags):
            raise Lost(line, shown(text), f"{VARIABLE} set at the top level of %build, where rpm alone decides")
        if self.function is not None or self.depth:
            return
        found = Assignment(line, adds, flags, text)
        self.assignments.append(found)
        self.flags = flags + (self.flags if adds else 0)
        if not adds or self.source is None:
            self.source = found

    def _resolve(self, value, line, outer=()):
        """How often the value has $BuildFlags, and the flag itself, counting the variables that it is made of."""
        uses, flags = 0, count(value)
        filtered = " ".join(re.findall(FILTER, value))
        for braced, operator, plain in re.findall(r"\$(?:\{([A-Za-z_]\w*)([^{}]*)\}|([A-Za-z_]\w*))", value):
            name, more = braced or plain, (0, 0)
            if name == VARIABLE:
                more = 1, 0
            elif name in self.variables and name not in outer:
                self.used.add(name)
                more = self._resolve(self.variables[name], line, (*outer, name))
            if more[0] and (operator or name in filtered):
                raise Lost(line, shown(value), f"all of ${VARIABLE}")
            uses, flags = uses + more[0], flags + more[1]
        return uses, flags

    def _build(self, line, text):
        """Whether this configures or makes glibc, or calls a function that does."""
        names = list(commands(text))
        called = [name for name in names if name in self.builders]
        if called:
            for flags in list(self.builders[called[0]]):
                self._built(line, flags, count(text))
            return True
        given = re.findall(rf"(?<!\w)CFLAGS=({WORD})", text, re.S)
        configures = "configure" in names
        if not configures and not (given and {"make", "gmake"} & set(names)):
            return False
        if not given:
            self.used.add("CFLAGS")
            given = [self.variables.get("CFLAGS", "")]
        for value in given:
            uses, flags = self._resolve(value, line)
            if uses != 1:
                raise Lost(line, f"CFLAGS={value}" if value else "no CFLAGS", f"CFLAGS made of ${VARIABLE}")
            self._built(line, flags, 0)
        return True

    def _built(self, line, flags, own):
        if self.function is not None:
            self.builders.setdefault(self.function, []).append(flags + own)
        else:
            self.builds.append(Build(line, self.flags + flags, own, self.source))

    def _finish(self, statements):
        if self.function is not None:
            raise Lost(self.function_line, f"{self.function}() without an end", "} on a line of its own")
        for name, (line, text) in self.flagged.items():
            if name not in self.used:
                raise Lost(line, shown(text), f"{FLAG} where CFLAGS is made of it")
        if not self.builds:
            line = statements[0].line if statements else 1
            raise Lost(line, "a %build that configures nothing", f"../configure with CFLAGS made of ${VARIABLE}")
