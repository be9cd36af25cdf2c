--- Misspelt codes: err:is("TASK_IS_SMARTPAN"), err.code == "TASK_IS_SMARTPAN", and tables that are asked with err.code. A
--- misspelt one would never be true, and nothing would say so. lofty.code.NAME is in names.lua.
local arrays = require "lofty.arrays"
local catalogue = require "lofty.catalogue"
local nearest = require("native.text").nearest
local trees = require "lofty.checks.tree"
local values = require "lofty.checks.values"

local M = {}

--- What an error has (lofty.error), and what some put there beside it.
local MEMBERS = { "code", "number", "category", "message", "hint", "status", "retryable", "retry_after", "outcome",
  "operation", "method", "path", "attempts", "elapsed", "rate_limit", "request_id", "body", "cause", "traceback",
  "inferred", "grant", "not_before", "recipients", "is" }
local CATEGORIES = { "validation", "auth", "permission", "not_found", "conflict", "quota", "rate_limit", "server",
  "network", "timeout", "protocol", "cancelled", "limit" }
local OUTCOMES = { "refused", "not_sent", "unknown" }

local function is_error(script, node)
  local value = values.of(script, node)
  return value ~= nil and value.is == "error" and value.sure
end

--- Whether a text is meant as a code: anybody's object may have a member `code`, or a method `is`.
local function is_meant(text, certain)
  if certain then return true end
  return #text > 5 and text:find("^%u[%u%d_]*$") ~= nil and catalogue.nearest(text) ~= nil
end

local function unknown(text)
  local near = catalogue.nearest(text)
  return ("%q is not a code in the catalogue%s"):format(text, near and ("; did you mean %q?"):format(near) or "")
end

local function check_text(script, node, certain, what)
  local text = values.text(script, node)
  if not text or catalogue.find(text) or not is_meant(text, certain) then return end
  script:report("code", node, what .. ": " .. unknown(text))
end

--- err:is("A", "B")
local function check_method(script, node)
  if node[2][1] ~= "is" then return end
  local certain = is_error(script, node[1])
  for index = 3, #node do check_text(script, node[index], certain, "err:is") end
end

--- Each of several texts that a loop goes over: for _, name in ipairs { "A", "B" } do if err.code == name
local function check_loop(script, name, certain)
  local definition = name.tag == "Id" and name.var and #name.var.known.definitions == 1 and name.var.known.definitions[1]
  local loop = definition and definition.statement
  if not loop or loop.tag ~= "Forin" or loop[1][2] == nil or loop[1][2].var ~= name.var then return end
  local call = loop[2][1]
  local target = call.tag == "Call" and values.of(script, call[1])
  local list = target and target.is == "library" and target.name == "ipairs" and values.of(script, call[2])
  if not list or list.is ~= "table" then return end
  for _, item in ipairs(list.node) do
    if item.tag ~= "Pair" then check_text(script, item, certain, "err.code") end
  end
end

local function check_choice(script, node, name, choices)
  local text = values.text(script, node)
  if not text or arrays.has(choices, text) then return end
  local near = nearest(text, choices)
  script:report("code", node, ("err.%s is never %q%s"):format(name, text, near and ("; did you mean %q?"):format(near) or ""))
end

--- One side of == that is a member of an error.
local function check_side(script, index, other)
  if index.tag ~= "Index" or index[2].tag ~= "String" then return end
  local name, certain = index[2][1], is_error(script, index[1])
  if name == "code" then
    check_text(script, other, certain, "err.code")
    check_loop(script, other, certain)
  elseif certain and name == "category" then
    check_choice(script, other, name, CATEGORIES)
  elseif certain and name == "outcome" then
    check_choice(script, other, name, OUTCOMES)
  end
end

--- KNOWN[err.code], where KNOWN is a table in the script
local function check_table(script, node)
  local key = node[2]
  if key.tag ~= "Index" or key[2].tag ~= "String" or key[2][1] ~= "code" then return end
  local list = values.of(script, node[1])
  if not list or list.is ~= "table" then return end
  local certain = is_error(script, key[1])
  for _, member in ipairs(list.node) do
    local text = member.tag == "Pair" and values.text(script, member[1])
    if text and text:find("^%u[%u%d_]*$") then check_text(script, member[1], certain, "err.code") end
  end
end

--- err.cod, unless the script puts something there
local function check_member(script, node)
  local name = node[2].tag == "String" and node[2][1]
  if not name or script.assigned[name] or not is_error(script, node[1]) or arrays.has(MEMBERS, name) then return end
  local near = nearest(name, MEMBERS)
  if near then script:report("name", node[2], ("an error has no %q; did you mean %q?"):format(name, near)) end
end

---@param script lofty.checks.Script
function M.run(script)
  for node in trees.each(script.tree, "Invoke") do check_method(script, node) end
  for node in trees.each(script.tree, "Op") do
    if node[1] == "eq" or node[1] == "ne" then
      check_side(script, node[2], node[3])
      check_side(script, node[3], node[2])
    end
  end
  script.assigned = {}
  for node in trees.each(script.tree, "Index") do
    if node[2].tag == "String" and trees.is_assigned(node) then script.assigned[node[2][1]] = true end
  end
  for node in trees.each(script.tree, "Index") do
    check_table(script, node)
    check_member(script, node)
  end
end

return M
