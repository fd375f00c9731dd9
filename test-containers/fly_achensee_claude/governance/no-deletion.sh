#!/bin/sh
# Governance that a rule cannot say: an agent deletes nothing, whatever else the command does.
# Claude Code gives the call on stdin, as JSON; 2 refuses it, and the reason goes to the model.
if grep -Eq '"command": *"(([^"\\]|\\.)*([^A-Za-z0-9_."\\-]|\\.))?(rm|rmdir|unlink|shred)( |\\.|")'; then
  echo "Nothing is deleted here. Ask the office if something has to go." >&2
  exit 2
fi
