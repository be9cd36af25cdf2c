--- Lead ponds: leads nobody has been given yet, and the agents who may take them.

local json = require "native.json"
local wire = require "sandbox.wire"
local params = require "sandbox.params"
local account = require "sandbox.account"

local M = {}

local function users(...)
  local ids = {}
  for i, place in ipairs { ... } do
    ids[i] = account.members[place].user_id
  end
  return ids
end

-- `hidden` ponds are switched off or another office's: asking for one gives away nothing.
local PONDS = {
  { id = 20711, name = "Unclaimed Website Leads", owner = account.members[6].user_id, agents = users(1, 2, 3) },
  { id = 20714, name = "Sleeping Buyers", owner = account.caller.user_id, agents = users(1, 3) },
  { id = 20729, name = "Night Desk", owner = account.members[2].user_id, agents = users(2) },
  { id = 20735, name = "Old Imports", owner = account.members[6].user_id, agents = users(6), hidden = true },
}

local function contains(list, value)
  for _, item in ipairs(list) do
    if item == value then
      return true
    end
  end
  return false
end

-- Who manages the office's ponds sees them all, others those they may take leads from.
local function is_visible(pond, request)
  return not pond.hidden and (not request.limited or contains(pond.agents, account.caller.user_id))
end

local function reply(pond)
  return { id = pond.id, pondName = pond.name, pondOwnerId = pond.owner, agentIds = json.array(pond.agents) }
end

--- A pond of the caller's that a rule may name.
---@param id integer|nil
---@return table|nil
function M.find(id)
  for _, pond in ipairs(PONDS) do
    if pond.id == id and not pond.hidden then
      return pond
    end
  end
  return nil
end

--- GET /v1.0/team-features/lead-ponds
function M.list(_, request)
  local ponds = json.array({})
  for _, pond in ipairs(PONDS) do
    if is_visible(pond, request) then
      ponds[#ponds + 1] = reply(pond)
    end
  end
  return ponds
end

--- GET /v1.0/team-features/lead-pond/{id}: what is not there and what is not to be seen are refused alike, and only
--- who manages the office's ponds is answered at all.
function M.get(_, request)
  local pond = M.find(params.parse_integer(request.path_params.id))
  wire.demand(pond and not request.limited, "PERMISSION_DENIED")
  return reply(pond)
end

return M
