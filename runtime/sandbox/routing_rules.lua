--- The routing rules of a box: which there are at the start, and finding them. Every seed starts with the same ones.

local account = require "sandbox.account"
local times = require "sandbox.times"

local M = {}

--- What a rule is for, as the path's `type`. 2 has no name in the documentation; lenders are the likely meaning.
M.AGENT, M.LENDER, M.ASSISTANT = 1, 2, 4

-- The numbers of strategies are not published. These are ours.
M.LEAD_POND, M.NEXT_UP, M.BLAST_ALERT, M.DEFAULT_ASSIGNEE = 1, 2, 3, 4

local ASSISTANT_ROLE = 2
local WEEK, ALL_WEEK = { 1, 2, 3, 4, 5 }, { 1, 2, 3, 4, 5, 6, 7 }

local function user(place)
  return account.members[place].user_id
end

local function rules()
  return {
    { id = 880101, type = M.AGENT, name = "Portland buyers", location = { state = "ME", city = "Portland" },
      leadType = "Buyer", days = WEEK, from = 8, to = 20, strategy = M.NEXT_UP, touch = 30, member = user(2),
      weight = 2, on = true },
    { id = 880102, type = M.AGENT, name = "Zillow", source = "Zillow", tags = { "Buyer" }, days = ALL_WEEK, from = 0,
      to = 23, strategy = M.BLAST_ALERT, touch = 15, member = user(3), weight = 1, on = true },
    { id = 880103, type = M.AGENT, name = "No phone", phone = "Without", days = ALL_WEEK, from = 0, to = 23,
      strategy = M.LEAD_POND, pond = 20711, on = true },
    { id = 880104, type = M.AGENT, name = "Night desk", segments = { "Downtown" }, priceMin = 500000, days = ALL_WEEK,
      from = 20, to = 8, strategy = M.NEXT_UP, touch = 120, member = user(2), weight = 1, on = false },
    { id = 880201, type = M.LENDER, name = "All buyers", days = ALL_WEEK, from = 0, to = 23,
      strategy = M.DEFAULT_ASSIGNEE, member = user(5), weight = 1, on = true },
    { id = 880401, type = M.ASSISTANT, role = ASSISTANT_ROLE, name = "Lakeside", location = { state = "VT" },
      days = WEEK, from = 9, to = 17, strategy = M.DEFAULT_ASSIGNEE, member = user(4), weight = 1, on = true },
  }
end

local function state(store)
  return store:part("routing", function()
    local now = store.now()
    local all = { rules = rules(), defaults = {
      [M.AGENT] = { strategy = M.DEFAULT_ASSIGNEE, agent = account.caller.user_id },
      [M.LENDER] = { strategy = M.DEFAULT_ASSIGNEE, agent = user(5) },
      [M.ASSISTANT .. "/" .. ASSISTANT_ROLE] = { strategy = M.DEFAULT_ASSIGNEE, agent = user(4) },
    } }
    for _, rule in ipairs(all.rules) do
      rule.updated = now - 40 * times.DAY
    end
    for _, default in pairs(all.defaults) do
      default.updated = now - 90 * times.DAY
    end
    return all
  end)
end

--- Whether a path's type is a business type.
---@param kind integer
---@return boolean
function M.is_type(kind)
  return kind == M.AGENT or kind == M.LENDER or kind == M.ASSISTANT
end

--- The roles assistants' leads are routed by: all but agent and lender.
---@return table[] roles { id, name }
function M.roles()
  local roles = {}
  for _, role in ipairs(account.roles) do
    if role.name ~= "Agent" and role.name ~= "Lender" then
      roles[#roles + 1] = { id = role.id, name = role.name }
    end
  end
  return roles
end

--- Rules of a type, and of a role where the type has roles, in the order they are tried.
---@param store table
---@param kind integer
---@param role_id? integer only looked at for ASSISTANT
---@return table[]
function M.list(store, kind, role_id)
  local found = {}
  for _, rule in ipairs(state(store).rules) do
    if rule.type == kind and (kind ~= M.ASSISTANT or rule.role == role_id) then
      found[#found + 1] = rule
    end
  end
  return found
end

--- A rule of a type by id.
---@param store table
---@param kind integer
---@param id integer|nil
---@return table|nil
function M.find(store, kind, id)
  for _, rule in ipairs(state(store).rules) do
    if rule.type == kind and rule.id == id then
      return rule
    end
  end
  return nil
end

--- The default rule of a type or role; a role nobody has set up yet has one that assigns nobody.
---@param store table
---@param kind integer
---@param role_id? integer
---@return table
function M.default(store, kind, role_id)
  local defaults = state(store).defaults
  local key = kind == M.ASSISTANT and kind .. "/" .. role_id or kind
  if not defaults[key] then
    defaults[key] = { strategy = M.DEFAULT_ASSIGNEE, updated = store.now() }
  end
  return defaults[key]
end

return M
