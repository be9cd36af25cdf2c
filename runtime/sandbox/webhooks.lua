--- Webhook subscriptions. They belong to the team; only their own application deletes them.

local json = require "native.json"
local wire = require "sandbox.wire"
local params = require "sandbox.params"
local account = require "sandbox.account"

local M = {}

local LAST_LIST, MAX_LIMIT, DEFAULT_LIMIT = 12, 5000, 100

local function reply(webhook)
  return {
    subscribeId = webhook.subscribeId, teamId = webhook.teamId, listId = webhook.listId, vendorId = webhook.vendorId,
    callbackUrl = webhook.callbackUrl, limit = webhook.limit, permissionMode = webhook.permissionMode,
  }
end

-- Only https with a host; also refused when the member is missing, as with a body that says `url` instead.
local function read_url(body)
  local url = params.field_text(body, "callbackUrl") or ""
  local host = url:match("^https://([^/?#%s]+)[^%s]*$")
  local name, port = (host or ""):match("^([%w%.%-]+)(:?%d*)$")
  wire.demand(name and name:find("%w") and port ~= ":", "WEBHOOK_CALLBACK_URL_INVALID")
  return url
end

--- GET /v1.0/webhooks: a bare array.
function M.list(store)
  local webhooks = json.array({})
  for i, webhook in ipairs(store.webhooks) do
    webhooks[i] = reply(webhook)
  end
  return webhooks
end

--- POST /v1.0/webhook. Several subscriptions to one list are allowed, equal ones too.
function M.create(store, request)
  local body = request.body
  local list_id = params.field_integer(body, "listId")
  wire.demand(list_id and list_id >= 1 and list_id <= LAST_LIST, "WEBHOOK_TYPE_ERROR")
  local url = read_url(body)
  local limit = params.field_integer(body, "limit") or DEFAULT_LIMIT
  local mode = params.field_integer(body, "permissionMode") or 0
  wire.demand(limit >= 1 and limit <= MAX_LIMIT and (mode == 0 or mode == 1), "INVALID_PARAMETER")
  wire.demand(#store.webhooks < account.webhook_quota, "WEBHOOK_EXCEED_LIMIT")
  local webhook = {
    subscribeId = store:next_id("webhook"), teamId = account.team_id, vendorId = account.vendor_id,
    listId = list_id, callbackUrl = url, limit = limit, permissionMode = mode,
  }
  store.webhooks[#store.webhooks + 1] = webhook
  return reply(webhook)
end

--- DELETE /v1.0/webhook/{subscribeId}: empty reply; an unknown id is 400, not 404.
function M.delete(store, request)
  local id = params.parse_integer(request.path_params.subscribeId)
  for i, webhook in ipairs(store.webhooks) do
    if webhook.subscribeId == id then
      wire.demand(webhook.vendorId == account.vendor_id, "WEBHOOK_DELETE_NO_AUTHORITY")
      table.remove(store.webhooks, i)
      return nil
    end
  end
  return wire.refuse("WEBHOOK_DELETE_NOT_EXIST")
end

return M
