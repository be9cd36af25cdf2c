-- loftyrun: allow send_sms, quiet none
-- loftyrun: allow send_email, quiet none
-- loftyrun: allow notify_agents
-- loftyrun: allow contact_by_ai
-- loftyrun: allow delete_leads
-- loftyrun: allow delete_notes
-- loftyrun: allow delete_tasks
-- loftyrun: allow delete_logs
-- loftyrun: allow delete_webhooks
--- Makes every call of calls.lua against whatever lofty talks to. For conform.py, which stands in between: it prints
--- `made METHOD PATH NAME` or `failed METHOD PATH NAME: WHY` for each, in one line. A result that is not as
--- lofty.replies describes it counts as failed.
local lofty = require "lofty"
local operations = require "lofty.operations"
local replies = require "lofty.replies"
local calls = require "calls"
local context = require "context"
local described = require "described"

local live = context.live()

--- lofty.v1.tasks.list for "v1.tasks.list".
local function operation(name)
  local value = lofty
  for part in name:gmatch("[^.]+") do value = value[part] end
  return value
end

local function make(name, call)
  local result = operation(name)(table.unpack(context.arguments(call, live)))
  local spec = replies.of(operations.find(name))
  local problem
  if spec then
    problem = described.problem(spec, result, "the result")
  elseif result ~= true then
    problem = "the result is not true, though none is described"
  end
  if problem then error(problem, 0) end
end

for _, call in ipairs(calls) do
  local name = call[1]
  local row = operations.find(name)
  local ok, problem = pcall(make, name, call)
  local what = row and row.method .. " " .. row.path or "? ?"
  local why = ok and "" or ": " .. tostring(problem):gsub("\n", " ")
  print(("%s %s %s%s"):format(ok and "made" or "failed", what, name, why))
end
