"""A page about one scenario that a reviewer can sign: facts gathered once, shown in three ways."""
