"""From facts to rows: what an instance states is folded into changes, and these are written; `recording` leads it."""
