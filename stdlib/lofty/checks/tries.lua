--- Results of lofty.try that nobody looks at: what Lofty refused is then neither dealt with nor raised, and the run goes
--- on as if it were done. Whoever means it writes local _ = try(...).
local trees = require "lofty.checks.tree"
local values = require "lofty.checks.values"

local M = {}

local function is_try(script, node)
  local target = node.tag == "Call" and values.of(script, node[1])
  return target and target.is == "lofty" and target.path == "try" or false
end

local function is_left(target)
  local var = target and target.tag == "Id" and target.var
  return var and #var.known.uses == 0 and var.name:sub(1, 1) ~= "_"
end

--- Whether something is read as if it were there: a member of it, its length, its items.
local function is_taken_for_granted(script, use)
  local owner = use.parent
  if owner.tag == "Index" or owner.tag == "Invoke" then return owner[1] == use end
  if owner.tag == "Op" then return owner[1] == "len" end
  local target = owner.tag == "Call" and owner[1] ~= use and values.of(script, owner[1])
  return target and target.is == "library" and (target.name == "ipairs" or target.name == "pairs") or false
end

--- Whether the script finds out by a result that there was an error: it tests it, compares it or passes it on.
local function is_tested(script, target)
  local var = target.tag == "Id" and target.var
  if not var or #var.known.definitions > 1 then return true end
  for _, use in ipairs(var.known.uses) do
    if not is_taken_for_granted(script, use) then return true end
  end
  return false
end

local function check_local(script, node)
  local first = node[2] and #node[2]
  local last = first and node[2][first]
  if not last or not is_try(script, last) or is_tested(script, node[1][first]) then return end
  local result, err = node[1][first], node[1][first + 1]
  if err then
    if is_left(err) and #err.var.known.definitions == 1 then
      script:report("try", err, ("lofty.try: nobody looks at %s, so what Lofty refuses goes unseen"):format(err[1]))
    end
  elseif is_left(result) then
    script:report("try", last, ("lofty.try: nobody looks at %s, and its error is lost; write local _, err = lofty.try(...), "
      .. "or call without try, which raises"):format(result[1]))
  elseif #result.var.known.uses > 0 then
    script:report("try", last, ("lofty.try: %s is nil where Lofty refuses, and nobody looks whether it is; "
      .. "write local %s, err = lofty.try(...)"):format(result[1], result[1]))
  end
end

---@param script lofty.checks.Script
function M.run(script)
  for node in trees.each(script.tree, "Call") do
    if trees.is_statement(node) and is_try(script, node) then
      script:report("try", node, "lofty.try: its error is thrown away; write local _, err = lofty.try(...) and look at err, "
        .. "or call without try, which raises")
    end
  end
  for node in trees.each(script.tree, "Local") do check_local(script, node) end
end

return M
