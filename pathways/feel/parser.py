"""From text to tree, by Lark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer, LexerState

from pathways.feel import limits, nodes, types
from pathways.feel.errors import FeelSyntaxError
from pathways.feel.grammar import GRAMMAR, WORDS
from pathways.feel.iso import parse_date, parse_date_time, parse_duration, parse_time
from pathways.feel.names import SPACED_FUNCTIONS
from pathways.feel.nodes import Node
from pathways.feel.numbers import CONTEXT, integer_of
from pathways.feel.tokens import cut, syntax_error
from pathways.feel.values import Value

_LEVELS: Final = {"+": 0, "-": 0, "*": 1, "/": 1, "**": 2}


def parse(text: str) -> Node:
    """Read an expression; raises FeelSyntaxError."""
    tree = _parse(text, "expression_start")
    assert isinstance(tree, Node)  # noqa: S101 - what the grammar's rule makes
    return tree


def parse_tests(text: str) -> nodes.Tests:
    """Read unary tests, such as `< 5, [10..20)`, `not("a")` or `-`; raises FeelSyntaxError."""
    tree = _parse(text, "unary_start")
    assert isinstance(tree, nodes.Tests)  # noqa: S101 - what the grammar's rule makes
    return tree


def at_value(text: str) -> Value:
    """Give the value of the at-literal `@"text"`, or None when the text is no date, time or duration."""
    readers: tuple[Callable[[str], Value], ...] = (parse_date, parse_date_time, parse_time, parse_duration)
    return next((value for reader in readers if (value := reader(text)) is not None), None)


def _parse(text: str, start: str) -> Any:
    if len(text) > limits.EXPRESSION_CHARACTERS:
        raise FeelSyntaxError(
            f"the expression has {len(text)} characters; {limits.EXPRESSION_CHARACTERS} are allowed",
            hint="Compute parts of it in `set` steps.",
        )
    tokens = cut(text, SPACED_FUNCTIONS)
    if not tokens:
        raise FeelSyntaxError("there is no expression")
    if start == "unary_start":
        _mark_negation(tokens)
    try:
        tree: Any = _lark().parse(tokens, start=start)
    except UnexpectedToken as error:
        raise _unexpected(text, error) from None
    except _UnsoundError as error:
        raise syntax_error(text, error.offset, error.message) from None
    if tree.depth > limits.EXPRESSION_DEPTH:
        raise FeelSyntaxError(
            f"the expression nests {tree.depth} levels deep; {limits.EXPRESSION_DEPTH} are allowed",
            hint="Compute parts of it in `set` steps.",
        )
    return tree


def _mark_negation(tokens: list[Token]) -> None:
    """Tell the `not(…)` that spans all unary tests from the function `not`."""
    if len(tokens) < 3 or tokens[0].value != "not" or tokens[1].type != "LPAR":
        return
    depth = 0
    for index, token in enumerate(tokens[1:], 1):
        depth += {"LPAR": 1, "RPAR": -1}.get(token.type, 0)
        if depth == 0:
            if index == len(tokens) - 1:
                tokens[0] = Token.new_borrow_pos("NOT_TESTS", "not", tokens[0])
            return


def _unexpected(text: str, error: UnexpectedToken) -> FeelSyntaxError:
    """Say in words what stands where something else should."""
    expected = error.accepts or error.expected or set()
    words = sorted({WORDS[name] for name in expected if name in WORDS})
    wanted = f"; {' or '.join(words)} may be missing" if 0 < len(words) <= 3 and len(expected) < 12 else ""
    if error.token.type == "$END":
        return syntax_error(text, len(text.rstrip()), f"the expression ends too early{wanted}")
    found = text[error.token.start_pos : error.token.end_pos]
    before, hint = text[: error.token.start_pos], ""
    if found == "=" and before.endswith("="):
        hint = "FEEL compares with a single `=`."
    elif found == "is":
        hint = "FEEL compares with `=`, such as `x = null`."
    elif before.split()[-1:] == ["not"]:
        hint = "What is denied stands in brackets: `not(…)`."
    return syntax_error(text, error.token.start_pos or 0, f"`{found}` does not fit here{wanted}", hint)


class _UnsoundError(Exception):
    """A literal that has no value, found while the tree is made."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message


class _TokenLexer(Lexer):
    """Hands Lark the tokens that `tokens.cut` has made."""

    __future_interface__ = 2

    def __init__(self, lexer_conf: object) -> None:
        """Take Lark's settings, of which none matters."""

    def lex(self, lexer_state: LexerState, parser_state: object) -> Iterator[Token]:  # noqa: ARG002 - Lark passes it
        """Give the tokens one by one."""
        yield from lexer_state.text  # type: ignore[misc]


@lru_cache(maxsize=1)
def _lark() -> Lark:
    return Lark(
        GRAMMAR,
        parser="lalr",
        lexer=_TokenLexer,
        start=["expression_start", "unary_start"],
        maybe_placeholders=False,
        keep_all_tokens=True,
        transformer=_Builder(),
    )


def _flat(parts: list[Any]) -> Iterator[Any]:
    """Give the tokens and nodes of a rule, also those inside lists."""
    for part in parts:
        if isinstance(part, list | tuple):
            yield from _flat(list(part))
        elif isinstance(part, Token | Node):
            yield part


def _extent(parts: list[Any]) -> tuple[int, int, int]:
    """Give start, end and depth of a node made of these tokens and nodes."""
    found = list(_flat(parts))
    first, last = found[0], found[-1]
    start = first.start_pos if isinstance(first, Token) else first.start
    end = last.end_pos if isinstance(last, Token) else last.end
    return start or 0, end or 0, 1 + max((each.depth for each in found if isinstance(each, Node)), default=0)


def _rest(parts: list[Any]) -> list[Any]:
    """Leave the tokens out."""
    return [part for part in parts if not isinstance(part, Token)]


class _Builder(Transformer[Token, Any]):
    """Makes the nodes. Each method is called like its rule and gets all the tokens and nodes of it."""

    def anything(self, parts: list[Any]) -> Node:
        return nodes.Tests(*_extent(parts), ())

    def no_test(self, parts: list[Any]) -> Node:
        return nodes.Tests(*_extent(parts), tuple(parts[2]), True)

    def some_test(self, parts: list[Any]) -> Node:
        return nodes.Tests(*_extent(parts), tuple(parts[0]))

    def tests(self, parts: list[Any]) -> list[Node]:
        return _rest(parts)

    def logic(self, parts: list[Any]) -> Node:
        left, operator, right = parts
        conjunction = operator.type == "AND"
        if isinstance(left, nodes.Logic) and left.conjunction == conjunction:
            depth = max(left.depth, right.depth + 1)
            return nodes.Logic(left.start, right.end, depth, conjunction, (*left.operands, right))
        return nodes.Logic(*_extent(parts), conjunction, (left, right))

    def arithmetic(self, parts: list[Any]) -> Node:
        left, operator, right = parts
        pair = (str(operator), right)
        if isinstance(left, nodes.Arithmetic) and _LEVELS[left.rest[0][0]] == _LEVELS[pair[0]]:
            depth = max(left.depth, right.depth + 1)
            return nodes.Arithmetic(left.start, right.end, depth, left.first, (*left.rest, pair))
        return nodes.Arithmetic(*_extent(parts), left, (pair,))

    def compare(self, parts: list[Any]) -> Node:
        left, operator, right = parts
        return nodes.Comparison(*_extent(parts), str(operator), left, right)

    def between(self, parts: list[Any]) -> Node:
        return nodes.Between(*_extent(parts), parts[0], parts[2], parts[4])

    def in_(self, parts: list[Any]) -> Node:
        return nodes.In(*_extent(parts), parts[0], parts[2])

    def instance_of(self, parts: list[Any]) -> Node:
        type_, last = parts[2]
        return nodes.InstanceOf(parts[0].start, last, parts[0].depth + 1, parts[0], type_)

    def negation(self, parts: list[Any]) -> Node:
        return nodes.Negation(*_extent(parts), parts[1])

    def if_(self, parts: list[Any]) -> Node:
        return nodes.If(*_extent(parts), parts[1], parts[3], parts[5])

    def for_(self, parts: list[Any]) -> Node:
        return nodes.For(*_loop_extent(parts), tuple(parts[1]), parts[3])

    def quantified(self, parts: list[Any]) -> Node:
        return nodes.Quantified(*_loop_extent(parts), parts[0].type == "EVERY", tuple(parts[1]), parts[3])

    def iterators(self, parts: list[Any]) -> list[nodes.Iterator]:
        return _rest(parts)

    def iterator(self, parts: list[Any]) -> nodes.Iterator:
        return nodes.Iterator(str(parts[0]), parts[2], parts[4] if len(parts) == 5 else None)

    def function_definition(self, parts: list[Any], external: bool = False) -> Node:
        parameters = next((part for part in parts if isinstance(part, list)), [])
        body = parts[-1]
        start, end, depth = parts[0].start_pos, body.end, body.depth + 1
        return nodes.FunctionDefinition(start, end, depth, tuple(parameters), body, external)

    def external_function(self, parts: list[Any]) -> Node:
        return self.function_definition(parts, external=True)

    def parameters(self, parts: list[Any]) -> list[tuple[str, types.Type]]:
        return _rest(parts)

    def parameter(self, parts: list[Any]) -> tuple[str, types.Type]:
        return str(parts[0]), parts[2][0] if len(parts) == 3 else types.ANY

    def path(self, parts: list[Any]) -> Node:
        return nodes.Path(*_extent(parts), parts[0], str(parts[2]))

    def filter(self, parts: list[Any]) -> Node:
        return nodes.Filter(*_extent(parts), parts[0], parts[2])

    def call(self, parts: list[Any]) -> Node:
        arguments = parts[2] if isinstance(parts[2], list) else []
        if arguments and isinstance(arguments[0], tuple):
            names = tuple(name for name, _ in arguments)
            return nodes.Call(*_extent(parts), parts[0], tuple(value for _, value in arguments), names)
        return nodes.Call(*_extent(parts), parts[0], tuple(arguments), None)

    def arguments(self, parts: list[Any]) -> list[Node]:
        return _rest(parts)

    def named_arguments(self, parts: list[Any]) -> list[tuple[str, Node]]:
        return _rest(parts)

    def named(self, parts: list[Any]) -> tuple[str, Node]:
        return str(parts[0]), parts[2]

    def number(self, parts: list[Any]) -> Node:
        written = CONTEXT.create_decimal(str(parts[0]))
        whole = integer_of(written) if str(parts[0]).isdigit() else None
        if not written.is_finite():
            raise _UnsoundError(parts[0].start_pos or 0, f"{parts[0]} is too large a number")
        return nodes.Literal(*_extent(parts), written if whole is None else whole)

    def string(self, parts: list[Any]) -> Node:
        return nodes.Literal(*_extent(parts), str(parts[0]))

    def at_literal(self, parts: list[Any]) -> Node:
        value = at_value(str(parts[0]))
        if value is None:
            raise _UnsoundError(parts[0].start_pos or 0, f'@"{parts[0]}" is no date, time, date and time or duration')
        return nodes.Literal(*_extent(parts), value)

    def true(self, parts: list[Any]) -> Node:
        return nodes.Literal(*_extent(parts), True)

    def false(self, parts: list[Any]) -> Node:
        return nodes.Literal(*_extent(parts), False)

    def null(self, parts: list[Any]) -> Node:
        return nodes.Literal(*_extent(parts), None)

    def name(self, parts: list[Any]) -> Node:
        return nodes.Name(*_extent(parts), str(parts[0]))

    def brackets(self, parts: list[Any]) -> Node:
        start, end, _ = _extent(parts)
        inner: Node = parts[1]
        if isinstance(inner, nodes.Name | nodes.Path):
            return inner
        return replace(inner, start=start, end=end, depth=inner.depth + 1)

    def several_tests(self, parts: list[Any]) -> Node:
        return nodes.Tests(*_extent(parts), tuple(_rest(parts)))

    def operator_test(self, parts: list[Any]) -> Node:
        return nodes.OperatorTest(*_extent(parts), str(parts[0]), parts[1])

    def list_(self, parts: list[Any]) -> Node:
        return nodes.ListNode(*_extent(parts), tuple(_rest(parts)))

    def context(self, parts: list[Any]) -> Node:
        return nodes.ContextNode(*_extent(parts), tuple(_rest(parts)))

    def entry(self, parts: list[Any]) -> tuple[str, Node]:
        return str(parts[0]), parts[2]

    def interval(self, parts: list[Any]) -> Node:
        opening, low, _, high, closing = parts
        return nodes.Interval(*_extent(parts), low, high, opening.type == "LSQB", closing.type == "RSQB")

    def type_name(self, parts: list[Any]) -> tuple[types.Type, int]:
        name = "".join(str(part) for part in parts).removeprefix("feel.")
        return types.SIMPLE.get(name, types.Simple(name)), parts[-1].end_pos

    def function_name_type(self, parts: list[Any]) -> tuple[types.Type, int]:
        return types.SIMPLE["function"], parts[-1].end_pos

    def list_type(self, parts: list[Any]) -> tuple[types.Type, int]:
        return types.list_of(parts[2][0]), parts[-1].end_pos

    def range_type(self, parts: list[Any]) -> tuple[types.Type, int]:
        return types.range_of(parts[2][0]), parts[-1].end_pos

    def context_type(self, parts: list[Any]) -> tuple[types.Type, int]:
        return types.context(dict(_rest(parts)), open=True), parts[-1].end_pos

    def type_field(self, parts: list[Any]) -> tuple[str, types.Type]:
        return str(parts[0]), parts[2][0]

    def function_type(self, parts: list[Any]) -> tuple[types.Type, int]:
        *parameters, (result, end) = _rest(parts)
        return types.FunctionType(tuple(type_ for type_, _ in parameters), result), end


def _loop_extent(parts: list[Any]) -> tuple[int, int, int]:
    """Give start, end and depth of a loop, counting what it goes over."""
    domains = [each for part in parts[1] for each in (part.domain, part.end) if each is not None]
    depth = 1 + max(each.depth for each in (*domains, parts[3]))
    return parts[0].start_pos, parts[3].end, depth
