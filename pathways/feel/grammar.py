"""The grammar of FEEL (DMN 1.5 section 10.3.1.2) as LALR(1), over the tokens of `tokens`.

Each level of precedence comes twice: the open form (`…_open`) ends with an expression that reaches as far to the
right as it can (`if`, `for`, `some`, `every`, `function`), so `count(x) > 0 and every i in x satisfies i.ok` needs
no brackets and stays unambiguous.
"""

from __future__ import annotations

from typing import Final

GRAMMAR: Final = r"""
?expression_start: expression
unary_start: MINUS -> anything
    | NOT_TESTS LPAR tests RPAR -> no_test
    | tests -> some_test

?expression: disjunction | disjunction_open

?disjunction: conjunction
    | disjunction OR conjunction -> logic
?conjunction: comparison
    | conjunction AND comparison -> logic
?comparison: additive
    | comparison COMPARE additive -> compare
    | comparison BETWEEN additive AND additive -> between
    | comparison IN test -> in_
    | comparison INSTANCE_OF type -> instance_of
?additive: multiplicative
    | additive PLUS multiplicative -> arithmetic
    | additive MINUS multiplicative -> arithmetic
?multiplicative: power
    | multiplicative TIMES power -> arithmetic
?power: unary
    | power POWER unary -> arithmetic
?unary: postfix
    | MINUS unary -> negation

?disjunction_open: conjunction_open
    | disjunction OR conjunction_open -> logic
?conjunction_open: comparison_open
    | conjunction AND comparison_open -> logic
?comparison_open: additive_open
    | comparison COMPARE additive_open -> compare
?additive_open: multiplicative_open
    | additive PLUS multiplicative_open -> arithmetic
    | additive MINUS multiplicative_open -> arithmetic
?multiplicative_open: prefix
    | multiplicative TIMES prefix -> arithmetic
    | MINUS prefix -> negation

?prefix: IF expression THEN expression ELSE expression -> if_
    | FOR iterators RETURN expression -> for_
    | SOME iterators SATISFIES expression -> quantified
    | EVERY iterators SATISFIES expression -> quantified
    | FUNCTION LPAR [parameters] RPAR expression -> function_definition
    | FUNCTION LPAR [parameters] RPAR EXTERNAL expression -> external_function

iterators: iterator (COMMA iterator)*
iterator: NAME IN expression
    | NAME IN expression DOTDOT expression
parameters: parameter (COMMA parameter)*
parameter: NAME | KEY COLON type

?postfix: primary
    | postfix DOT NAME -> path
    | postfix LSQB expression RSQB -> filter
    | postfix LPAR RPAR -> call
    | postfix LPAR arguments RPAR -> call
    | postfix LPAR named_arguments RPAR -> call
arguments: expression (COMMA expression)*
named_arguments: named (COMMA named)*
named: KEY COLON expression

?primary: NUMBER -> number
    | STRING -> string
    | AT_STRING -> at_literal
    | TRUE -> true
    | FALSE -> false
    | NULL -> null
    | NAME -> name
    | LPAR bracketed RPAR -> brackets
    | LPAR bracketed (COMMA bracketed)+ RPAR -> several_tests
    | LSQB RSQB -> list_
    | LSQB expression (COMMA expression)* RSQB -> list_
    | LBRACE RBRACE -> context
    | LBRACE entry (COMMA entry)* RBRACE -> context
    | (LPAR | LSQB | INTERVAL_OPEN) expression DOTDOT expression (RPAR | RSQB | INTERVAL_CLOSE) -> interval
?bracketed: expression
    | COMPARE additive -> operator_test
entry: (KEY | STRING) COLON expression

?test: additive
    | COMPARE additive -> operator_test
tests: any_test (COMMA any_test)*
?any_test: expression
    | COMPARE additive -> operator_test

type: NAME (DOT NAME)* -> type_name
    | LIST_TYPE TYPE_OPEN type TYPE_CLOSE -> list_type
    | RANGE_TYPE TYPE_OPEN type TYPE_CLOSE -> range_type
    | CONTEXT_TYPE TYPE_OPEN [type_field (COMMA type_field)*] TYPE_CLOSE -> context_type
    | FUNCTION_TYPE TYPE_OPEN [type (COMMA type)*] TYPE_CLOSE ARROW type -> function_type
    | FUNCTION -> function_name_type
type_field: KEY COLON type

%declare MINUS NOT_TESTS LPAR RPAR OR AND COMPARE BETWEEN IN INSTANCE_OF PLUS TIMES POWER IF THEN ELSE FOR RETURN
%declare SOME EVERY SATISFIES FUNCTION EXTERNAL COMMA NAME DOTDOT KEY COLON DOT LSQB RSQB NUMBER STRING AT_STRING
%declare TRUE FALSE NULL LBRACE RBRACE INTERVAL_OPEN INTERVAL_CLOSE TYPE_OPEN TYPE_CLOSE LIST_TYPE RANGE_TYPE
%declare CONTEXT_TYPE FUNCTION_TYPE ARROW AT
"""

WORDS: Final = {
    "NAME": "a name", "NUMBER": "a number", "STRING": "a string", "RPAR": "`)`", "RSQB": "`]`", "RBRACE": "`}`",
    "LPAR": "`(`", "COMMA": "`,`", "COLON": "`:`", "THEN": "`then`", "ELSE": "`else`", "RETURN": "`return`",
    "SATISFIES": "`satisfies`", "IN": "`in`", "AND": "`and`", "KEY": "a key", "DOTDOT": "`..`", "ARROW": "`->`",
    "TYPE_OPEN": "`<`", "TYPE_CLOSE": "`>`",
}  # fmt: skip
"""How messages call the tokens that may be missing; the others are only ever one choice of many."""
