-- luacheck's settings, for `make check`.
std = "lua54"
max_line_length = 140
max_cyclomatic_complexity = 20
-- Scripts with mistakes, and with what is only unusual.
exclude_files = { "tests/check" }
self = false

-- Lofty's own names are camelCase, and tables of them are data.
files["tests/lua"].max_cyclomatic_complexity = false
-- Notes are written in one piece.
files["stdlib/lofty/operations"].max_line_length = false
