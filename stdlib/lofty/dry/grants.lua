--- The grants of a plan: what the script of a dry run might send or delete its application may do as well, within the same
--- caps and hours, unless the profile denies it. Where there are no grants to speak of all of this is nothing.
local M = {}

local function all_grants()
  local ok, native = pcall(require, "native.guard")
  return ok and type(native) == "table" and native.grants and native.grants() or {}
end

--- What the run may do, for the plan's header; nil where that is nothing special.
---@return table<string, table>|nil by grant
function M.held()
  local held = {}
  for name, grant in pairs(all_grants()) do
    if type(grant) == "table" and grant.held then held[name] = { run = grant.run, day = grant.day, quiet = grant.quiet } end
  end
  return next(held) and held or nil
end

--- Gives the run what the plan's script had.
---@param held table<string, table>|nil
function M.take(held)
  local grants = all_grants()
  for name, terms in pairs(held or {}) do
    local grant = grants[name]
    if type(grant) == "table" and not grant.denied and not grant.held then
      grant.held, grant.run, grant.day, grant.quiet = true, terms.run, terms.day, terms.quiet
    end
  end
end

return M
