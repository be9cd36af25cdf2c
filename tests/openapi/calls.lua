--- A valid call of every operation, written by hand: what the checks must let through and the sandbox must answer.
---
--- A call is { NAME, ARGUMENTS }: the operation, and a list of what it is given or a function of the context
--- (context.lua) that returns that list. Several calls of one operation share its fields between them, so that every
--- parameter and every field of every body, however deep, is sent at least once. They are made in this order: some
--- need what an earlier one left behind.
local GROUPS = { "leads", "work", "deals", "talk", "team", "ai", "listings" }

---@type { [1]: string, [2]: any[]|fun(context: table): any[] }[]
local calls = {}

for _, group in ipairs(GROUPS) do
  local list = require("calls." .. group)
  table.move(list, 1, #list, #calls + 1, calls)
end

return calls
