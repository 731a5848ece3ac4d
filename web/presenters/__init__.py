"""From records to what templates print: words, times and order. Nothing here asks the store or the core."""
