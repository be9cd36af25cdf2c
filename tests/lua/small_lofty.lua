--- A small Lofty with leads, for tests of the helpers that look leads up and make them. Install it before anything of
--- lofty is required: it brings the standing clock and the pretend transport.
---
---   local small_lofty = require "small_lofty"
---   local state = small_lofty.with({ small_lofty.ADA }, { POST = function() return small_lofty.LOST end })
---   ... state.created, state.updated, state.people ...
local clock = require "standing_clock"
local transport = require "transport"
local json = require "native.json"

local M = {}

M.MISSING = { status = 404,
  json = { message = "BaseApplicationException:errorCode=20006,errorMsg=Lead not exist" } }
M.LOST = { failure = { "CONNECTION_LOST", "the connection broke", true } }

--- A small Lofty: its leads; `on` says what a call is answered with, by method; nil is the usual answer.
function M.with(people, on)
  clock.reset()
  local state = { people = people, created = {}, updated = {} }
  local usual = {}

  local function found(query)
    local email, digits = query:match("email=([^&]+)"), query:match("phone=(%d+)")
    local list = json.array {}
    for _, lead in ipairs(state.people) do
      local hit = false
      for _, own in ipairs(lead.emails or {}) do hit = hit or own:lower() == (email or ""):gsub("%%40", "@"):lower() end
      for _, own in ipairs(lead.phones or {}) do hit = hit or digits and own:gsub("%D", ""):find(digits .. "$") end
      if hit then list[#list + 1] = lead end
    end
    return { json = { leads = list, _metadata = { total = #list, limit = 100 } } }
  end

  function usual.GET(request)
    local id = request.target:match("^/v1.0/leads/(%d+)$")
    if not id then return found(request.target) end
    for _, lead in ipairs(state.people) do
      if lead.leadId == tonumber(id) and not lead.late then return { json = { lead = lead } } end
    end
    return M.MISSING
  end

  function usual.POST(request)
    local body = assert(json.decode(request.body))
    state.created[#state.created + 1] = body
    body.leadId = 900 + #state.created
    state.people[#state.people + 1] = body
    return { json = { leadId = body.leadId } }
  end

  function usual.PUT(request)
    state.updated[#state.updated + 1] = { request.target, assert(json.decode(request.body)) }
    return { json = { leadId = 1 } }
  end

  transport.reply(function(request)
    local reply = on and on[request.method] and on[request.method](request, usual[request.method], state)
    return reply or usual[request.method](request)
  end)
  return state
end

M.ADA = { leadId = 1, emails = { "ada@example.com" }, phones = { "+12075550111" }, tags = { { tagName = "old" } } }
M.BOB = { leadId = 2, emails = { "bob@example.com" }, phones = { "(207) 555-0112" }, tags = {} }

return M
