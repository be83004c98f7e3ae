"""The shapes that trainers expect, without importing any trainer."""
