--- The grants of a plan: what the script of a dry run might send or delete its application may do as well, within the same
--- caps and hours and those that the profile has set since, unless it denies it. Where there are no grants to speak of all
--- of this is nothing.
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

--- The smaller cap of two, nil being none.
local function lower(one, other) return one and other and math.min(one, other) or one or other end

--- Hours that hold together.
local function joined(one, other)
  local list = {}
  for _, hours in ipairs { one or {}, other or {} } do table.move(hours, 1, #hours, #list + 1, list) end
  return list
end

--- Gives the run what the plan's script had, within what the profile says now.
---@param held table<string, table>|nil
function M.take(held)
  local grants = all_grants()
  for name, terms in pairs(held or {}) do
    local grant = grants[name]
    if type(grant) == "table" and not grant.denied then
      local said = grant.said
      grant.held, grant.run, grant.day = true, lower(terms.run, said.run), lower(terms.day, said.day)
      grant.quiet = grant.quiet and joined(terms.quiet, said.quiet and grant.quiet or nil)
    end
  end
end

return M
