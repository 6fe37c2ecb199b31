"""Expressions made up from a seed, of everything that the evaluator knows.

Left out is where two right answers differ: what blows a last digit up (% and variances of what was computed), and
where Prometheus has an answer of its own: parts of what is no time, timestamp() of a selector with both @ and offset,
whose offset it forgets, and parameters that change while @ holds what they belong to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

_DURATIONS = ("15s", "31s", "1m", "2m30s", "5m", "11m")
_OVER_TIME = ("sum", "avg", "min", "max", "count", "first", "last", "present", "stddev", "stdvar")
_RATES = ("rate", "increase", "delta", "irate", "idelta", "resets", "changes", "deriv")
_OF_EACH = ("abs", "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "sgn", "deg", "rad", "sort", "sort_desc")
_TRIGONOMETRY = tuple(f"{arc}{name}{h}" for arc in ("", "a") for name in ("sin", "cos", "tan") for h in ("", "h"))
_OF_TIMES = ("minute", "hour", "day_of_week", "day_of_month", "day_of_year", "days_in_month", "month", "year")
_ARITHMETIC = ("+", "-", "*", "/", "^", "atan2")
_COMPARISONS = ("==", "!=", ">", "<", ">=", "<=")
_AGGREGATES = ("sum", "avg", "count", "min", "max", "group")


@dataclass
class Writer:
    """Writes expressions over the series of series.py. `times`: first and last of the story, in Unix seconds."""

    dice: random.Random
    mark: str
    times: tuple[float, float]

    def expression(self) -> str:
        """Any expression. `topk` is always the first word: which of equal ones it takes is not said."""
        depth = self.dice.choice((1, 2, 2, 3))
        if self.dice.random() < 0.04:
            extreme, number = self.dice.choice(("topk", "bottomk")), self.dice.choice(("1", "2", "0", "3.9", "100"))
            return f"{extreme}{self.grouping()}({number}, {self.vector(depth - 1)})"
        return self.scalar(depth) if self.dice.random() < 0.05 else self.vector(depth)

    def scalar(self, depth: int) -> str:
        dice = self.dice
        if depth <= 0 or dice.random() < 0.5:
            return dice.choice(("0", "1", "2.5", "-3", "0.5", "1e3", "Inf", "NaN", "time()", "pi()", "5m"))
        if dice.random() < 0.5:
            return f"scalar({self.vector(depth - 1)})"
        if dice.random() < 0.5:
            return f"({self.scalar(depth - 1)} {dice.choice(_COMPARISONS)} bool {self.scalar(depth - 1)})"
        return f"({self.scalar(depth - 1)} {dice.choice(_ARITHMETIC)} {self.scalar(depth - 1)})"

    def vector(self, depth: int) -> str:
        if depth <= 0:
            return self.selector() + self.modifiers()
        kinds = (
            (self._over_window, 6),
            (self._function, 3),
            (self._aggregate, 5),
            (self._binary, 4),
            (self._set, 2),
            (self._with_number, 4),
            (self._histogram, 1),
            (self._relabelled, 1),
            (self._absent, 1),
            (lambda _: self.selector() + self.modifiers(), 1),
        )
        (kind,) = self.dice.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])
        return kind(depth)

    def selector(self) -> str:
        dice = self.dice
        name = dice.choice(("c_total", "d_total", "g", "f", "info", "nothing"))
        matchers = dice.choice(
            ("", "", "", '{a="1"}', '{a!="1"}', '{a=~"1|2"}', '{b!~"x.*"}', '{a="2",b="y"}', '{c=""}', '{b=~".+"}')
        )
        if dice.random() < 0.05:
            return f'{{__name__=~"(c_total|g)_{self.mark}"}}'
        return f"{name}_{self.mark}{matchers}"

    def modifiers(self) -> str:
        dice = self.dice
        offset = dice.choice(("", "", "", " offset 1m", " offset -90s", " offset 7m"))
        at = dice.choice(("", "", "", "", " @ start()", " @ end()", f" @ {dice.uniform(*self.times):.3f}"))
        return offset + at if dice.random() < 0.5 else at + offset

    def window(self, depth: int) -> str:
        dice = self.dice
        if dice.random() < 0.25:
            inner = self.vector(depth - 1)
            step = dice.choice(("", "10s", "15s", "47s", "1m"))
            return f"({inner})[{dice.choice(_DURATIONS)}:{step}]{self.modifiers()}"
        return f"{self.selector()}[{dice.choice(_DURATIONS)}]{self.modifiers()}"

    def times_of(self, depth: int) -> str:
        """Numbers that are times: the parts of others are not said."""
        dice = self.dice
        far = dice.choice(("86400", "31536000", "1e9", "3e10", "-4e9"))
        times = f"timestamp(({self.vector(depth - 1)}) * 1) + {far} * {dice.randrange(9)}"
        return dice.choice(("", times, f"c_total_{self.mark} * 1e6"))

    def grouping(self) -> str:
        labels = self.dice.choice(("", "a", "b", "a,b", "c", "le"))
        return self.dice.choice(("", f" by ({labels})", f" without ({labels})"))

    def matching(self) -> str:
        return self.dice.choice(("", "", "on(a,b)", "ignoring(c)", "on(a)", "ignoring(b)", "on()"))

    def _over_window(self, depth: int) -> str:
        dice = self.dice
        kind = dice.random()
        if kind < 0.1:
            return f"quantile_over_time({self.scalar(depth - 2)}, {self.window(depth)})"
        if kind < 0.2:
            return f"predict_linear({self.window(depth)}, {self.scalar(depth - 2)})"
        if kind < 0.25:
            return f"absent_over_time({self.window(depth)})"
        name = dice.choice(_RATES) if kind < 0.65 else f"{dice.choice(_OVER_TIME)}_over_time"
        return f"{name}({self.window(depth)})"

    def _function(self, depth: int) -> str:
        dice, inner = self.dice, self.vector(depth - 1)
        kind = dice.random()
        if kind < 0.1:
            return f"clamp({inner}, {self.scalar(depth - 2)}, {self.scalar(depth - 2)})"
        if kind < 0.2:
            return f"clamp_{dice.choice(('min', 'max'))}({inner}, {self.scalar(depth - 2)})"
        if kind < 0.3:
            return f"round({inner}, {dice.choice(('0.1', '5', '0', '-2', '1e-9'))})"
        if kind < 0.35:
            return f"round({inner})"
        if kind < 0.45:
            return f"{dice.choice(_OF_TIMES)}({self.times_of(depth)})"
        if kind < 0.5:
            return f"vector({self.scalar(depth - 1)})"
        if kind < 0.55:
            return f"timestamp({self.selector()}{dice.choice(('', ' offset 1m', ' @ end()'))})"
        return f"{dice.choice((*_OF_EACH, *_TRIGONOMETRY))}({inner})"

    def _aggregate(self, depth: int) -> str:
        dice, inner, grouping = self.dice, self.vector(depth - 1), self.grouping()
        kind = dice.random()
        if kind < 0.1:
            return f"quantile{grouping}({dice.choice(('0.5', '0.99', '0', '1', '-1', '2', 'NaN'))}, {inner})"
        if kind < 0.2:
            return f"{dice.choice(('stddev', 'stdvar'))}{grouping}({self.vector(0)})"
        if kind < 0.25:
            return f'count_values{grouping}("v", round({inner}, 0.5))'
        return f"{dice.choice(_AGGREGATES)}{grouping}({inner})"

    def _binary(self, depth: int) -> str:
        dice = self.dice
        left, right = self.vector(depth - 1), self.vector(depth - 1)
        operator = dice.choice((*_ARITHMETIC, *_COMPARISONS))
        returns = " bool" if operator in _COMPARISONS and dice.random() < 0.4 else ""
        kind = dice.random()
        if kind < 0.3:
            on = dice.choice(("on(a)", "ignoring(version,b)"))
            group = dice.choice(("", "version", "version,b", "nothing"))
            sides = (left, f"info_{self.mark}") if dice.random() < 0.5 else (f"info_{self.mark}", right)
            side = "left" if sides[0] == left else "right"
            return f"({sides[0]}) {operator}{returns} {on} group_{side}({group}) ({sides[1]})"
        return f"({left}) {operator}{returns} {self.matching()} ({right})"

    def _set(self, depth: int) -> str:
        operator = self.dice.choice(("and", "or", "unless"))
        return f"({self.vector(depth - 1)}) {operator} {self.matching()} ({self.vector(depth - 1)})"

    def _with_number(self, depth: int) -> str:
        dice, inner, number = self.dice, self.vector(depth - 1), self.scalar(depth - 1)
        if dice.random() < 0.1:
            return f"-({inner})"
        if dice.random() < 0.1:
            return f"{self.selector()} % {dice.choice(('2.5', '-3', '0', 'Inf', self.selector()))}"
        operator = dice.choice((*_ARITHMETIC, *_COMPARISONS))
        returns = " bool" if operator in _COMPARISONS and dice.random() < 0.4 else ""
        sides = (inner, number) if dice.random() < 0.7 else (number, inner)
        return f"({sides[0]}) {operator}{returns} ({sides[1]})"

    def _histogram(self, depth: int) -> str:
        dice = self.dice
        share = dice.choice(("0.5", "0.9", "0", "1", "-1", "2", "NaN", self.scalar(depth - 2)))
        buckets = f"h_bucket_{self.mark}{self.modifiers()}"
        if dice.random() < 0.6:
            buckets = f"rate(h_bucket_{self.mark}[{dice.choice(_DURATIONS)}])"
        if dice.random() < 0.5:
            buckets = f"sum by (le{dice.choice(('', ',a'))}) ({buckets})"
        return f"histogram_quantile({share}, {buckets})"

    def _relabelled(self, depth: int) -> str:
        dice, inner = self.dice, self.vector(depth - 1)
        if dice.random() < 0.3:
            return f'label_join({inner}, "{dice.choice(("z", "a"))}", "-", "a", "b")'
        target, pattern = dice.choice(("z", "a", "b", "__name__")), dice.choice(("(.*)", "(1|2)", "z", "(?P<q>.)()"))
        replacement = dice.choice(("$1", "${1}x", "q", "", "$2$$", "$1$nothing"))
        return f'label_replace({inner}, "{target}", "{replacement}", "a", "{pattern}")'

    def _absent(self, depth: int) -> str:
        dice = self.dice
        if dice.random() < 0.5:
            return f'absent(nothing_{self.mark}{{a="1",b!="2",c="3"}})'
        return f"absent({self.vector(depth - 1)})"
