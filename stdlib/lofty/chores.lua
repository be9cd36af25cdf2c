--- What scripts that work through many leads or tasks have in common: stages given by name, and refusals.
---
---   local refusals = chores.refusals()
---   for task in lofty.tasks.each_mine() do
---     local _, err = lofty.try(lofty.tasks.finish, task.id)
---     if err then refusals:count(err, "not finished", { task = task.id })
---     else refusals:success() end
---   end
local lofty = require "lofty"
local args = require "lofty.args"

local M = {}

--- So many items refused one after the other are taken for something that all of them would meet.
local MOST_IN_A_ROW = 5

--- Categories of refusals that concern one item: it was deleted since, say, or is not ours to see. Everything else, bad
--- credentials or a lost connection for example, would meet the next item as well.
local OF_ONE_ITEM = { not_found = true, permission = true, validation = true, conflict = true }

--- Whether a failure says something about the item it came for, and nothing about the others.
---@param err lofty.Error
---@return boolean
local function concerns_one_item(err)
  -- These four are of category permission too, but say that the caller may not use the operation at all.
  return OF_ONE_ITEM[err.category] == true
    and not err:is(lofty.code.FORBIDDEN, lofty.code.VENDOR_HAS_NO_PERMISSION, lofty.code.GRANT_NEEDED, 200100)
end

---@class lofty.chores.Refusals
---@field in_a_row integer
local Refusals = {}
Refusals.__index = Refusals

--- An item went well: what was refused before was refused for reasons of its own.
function Refusals:success() self.in_a_row = 0 end

--- Counts a refusal as one item's: a warning, and exit code 8 at the end. Raises the error where it concerns all items,
--- or where it is the fifth in a row; a limit, so that a run does not ask a thousand times for what nobody grants.
---@param err lofty.Error
---@param message string what was not done, as lofty.failed takes it
---@param fields table which item; code and message of the error are added
function Refusals:count(err, message, fields)
  if not concerns_one_item(err) then error(err, 0) end
  fields.code, fields.said = err.code, err.message
  lofty.failed(message, fields)
  self.in_a_row = self.in_a_row + 1
  if self.in_a_row < MOST_IN_A_ROW then return end
  lofty.log.error(("%d refusals in a row and no success between them: the run ends here, because the next would be "
    .. "refused as well"):format(MOST_IN_A_ROW))
  error(err, 0)
end

--- A new count of refusals.
---@return lofty.chores.Refusals
function M.refusals() return setmetatable({ in_a_row = 0 }, Refusals) end

--- Which of these stages the team has. Lofty answers a stage that does not exist with no leads, which would look like
--- nothing to do. Raises what team.list_pipelines does.
---@param wanted string[]
---@return string|nil missing the first that does not exist
---@return string[] names all that exist
function M.missing_stage(wanted)
  local names, known = {}, {}
  for stage in lofty.team.each_pipelines() do
    names[#names + 1], known[stage.name] = stage.name, true
  end
  for _, name in ipairs(wanted) do
    if not known[name] then return name, names end
  end
  return nil, names
end

--- Ends the script with exit code 2 where the team does not have one of these stages.
---@param option string the option that names them, such as "--stage"
---@param wanted string[]
function M.check_stages(option, wanted)
  local missing, names = M.missing_stage(wanted)
  if missing then
    args.fail(('the team has no stage "%s"; name yours with %s: %s'):format(missing, option, table.concat(names, ", ")))
  end
end

return M
