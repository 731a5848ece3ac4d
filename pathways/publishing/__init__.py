"""What stands between an author's files and a published version: trying them, and what a second person must see."""
