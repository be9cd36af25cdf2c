-- loftyrun: allow delete_notes, at most 5 a run
-- Prose about what loftyrun does with it: nothing.
local args = require "lofty.args"
local chores = require "lofty.chores"
local options = args.parse({
  purpose = "Shows what options look like.",
  options = { { name = "days", value = "N", type = "integer", default = 1, help = "so many" } },
}, arg)
print(options.days, chores ~= nil, arg[0] ~= nil, ...)
