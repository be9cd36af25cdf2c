--- Settings of the caller's AI sales agent, which is made in the CRM and only changed here.

local json = require "native.json"
local wire = require "sandbox.wire"
local params = require "sandbox.params"
local account = require "sandbox.account"

local M = {}

local TRANSFERS = { Disabled = true, ToAssignedAgent = true }
local ROLES = { AI = true, Agent = true }

local function choice(allowed)
  return function(body, name)
    local value = params.field_text(body, name)
    wire.demand(not value or allowed[value], "INVALID_PARAMETER")
    return value
  end
end

local function hour(body, name)
  local value = params.field_integer(body, name)
  wire.demand(not value or (value >= 0 and value <= 23), "INVALID_PARAMETER")
  return value
end

local function integers(first, last)
  return function(body, name)
    return params.field_array(body, name, function(item)
      local value = params.field_integer({ item = item }, "item")
      wire.demand(value >= first and value <= last, "INVALID_PARAMETER")
      return value
    end)
  end
end

local text, flag = params.field_text, params.field_boolean
local any = integers(math.mininteger, math.maxinteger)

-- What a request may change, and how it is read; a lead type is -1 (other) or one of the numbers of a lead's.
local READERS = {
  assistantName = text, virtualNumber = text, virtualNumberCountry = text, callTransferType = choice(TRANSFERS),
  fixedNumber = text, agentExperience = text, rentalBusiness = flag, websiteChannel = flag, textChannel = flag,
  emailChannel = flag, startActiveHour = hour, endActiveHour = hour, activeDays = integers(0, 6),
  leadTypes = integers(-1, 9), leadSources = any, leadPipelines = any, agentIds = any, officeIds = any,
  leadPondIds = any, newLeadEnable = flag, visitorsEnable = flag, followUpRole = choice(ROLES),
}

--- The settings as they are now.
---@param store table
---@return table
function M.of(store)
  return store:part("sales_agent_settings", function()
    return {
      id = account.caller.short_user_id, assistantName = "Anna", headUrl = "https://img.example.com/assistant/anna.jpg",
      virtualNumber = "+12075550193", virtualNumberCountry = "US", callTransferType = "Disabled",
      fixedNumber = account.caller.phone, agentExperience = "Eleven years on the coast of Maine",
      rentalBusiness = false, websiteChannel = true, textChannel = true, emailChannel = true, startActiveHour = 8,
      endActiveHour = 20, activeDays = json.array { 1, 2, 3, 4, 5 }, leadTypes = json.array { 1, 2 },
      leadSources = json.array { 1001, 1002 }, leadPipelines = json.array { 100301, 100302 },
      agentIds = json.array { -1 }, officeIds = json.array { 511 }, leadPondIds = json.array { -1 },
      newLeadEnable = true, visitorsEnable = false, followUpRole = "AI", hostedStatus = "ACTIVE",
    }
  end)
end

--- GET /v2.0/sales-agent/settings
function M.get(store, request)
  wire.demand(not request.limited, "RESOURCE_NOT_EXIST")
  return M.of(store)
end

--- PUT /v2.0/sales-agent/settings: absent members stay; the id must be that of the caller's sales agent.
function M.update(store, request)
  local body = request.body
  local changes = {}
  for name, read in pairs(READERS) do
    changes[name] = read(body, name)
  end
  local settings = M.of(store)
  wire.demand(not request.limited and params.field_integer(body, "id") == settings.id, "INVALID_PARAMETER")
  for name, value in pairs(changes) do
    settings[name] = value
  end
  return { message = "Settings updated" }
end

return M
