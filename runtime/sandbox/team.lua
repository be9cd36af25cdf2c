--- Tags and lead stages of the account.

local json = require "native.json"
local wire = require "sandbox.wire"
local times = require "sandbox.times"
local params = require "sandbox.params"
local account = require "sandbox.account"

local M = {}

local function tag_reply(tag, lead_id)
  return {
    leadId = lead_id, tagId = tag.id, tagName = tag.name, visibleType = 1, creatorUserId = account.caller.user_id,
    createTime = times.iso(tag.created), updateTime = times.iso(tag.created),
  }
end

--- GET /v1.0/teamFeatures/listTag: definitions (leadId 0) and applied instances in one array, as seen live. Computed
--- leads of a large seed show theirs only once they were changed.
function M.list_tags(store)
  local tags = json.array({})
  for _, tag in ipairs(store.tag_definitions) do
    tags[#tags + 1] = tag_reply(tag, 0)
  end
  local ids = {}
  for position in pairs(store.leads.stored) do
    ids[#ids + 1] = position
  end
  table.sort(ids)
  for _, position in ipairs(ids) do
    local lead = store.leads:at(position)
    for _, tag in ipairs(store.leads.is_visible(lead) and lead.tags or {}) do
      tags[#tags + 1] = tag_reply(tag, lead.leadId)
    end
  end
  return tags
end

--- GET /v1.0/teamFeatures/lead-pipelines: the lead stages, ten to a page unless asked otherwise.
function M.list_pipelines(_, request)
  local query = request.query
  local page, size = params.integer(query, "currPage", 0), params.integer(query, "pageSize", 10)
  wire.demand(page >= 0 and size >= 1, "INVALID_PARAMETER")
  local name = (params.text(query, "name") or ""):lower()
  local matches = {}
  for _, pipeline in ipairs(account.pipelines) do
    if pipeline.name:lower():find(name, 1, true) then
      matches[#matches + 1] = { id = pipeline.id, name = pipeline.name }
    end
  end
  -- Bounded before multiplying: the numbers asked for may be anything.
  local step = math.min(size, #matches)
  local first = math.min(page, #matches) * step
  local pipelines = json.array({})
  for i = first + 1, math.min(first + step, #matches) do
    pipelines[#pipelines + 1] = matches[i]
  end
  local metadata = { collection = "pipelines", limit = size, offset = page * size, total = #matches }
  return { _metadata = metadata, pipelines = pipelines }
end

return M
