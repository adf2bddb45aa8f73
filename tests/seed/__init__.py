"""Tests of the seed data: the files, their readers, their loading."""
