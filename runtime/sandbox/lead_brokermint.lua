--- PUT /v1.0/brokermint/lead: Brokermint tells what it knows about a contact. A contact nobody has linked in the CRM is
--- refused inside HTTP 200.

local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local params = require "sandbox.params"

local M = {}

local function links(store)
  return store:part("brokermint_contacts", function()
    return {}
  end)
end

--- Links a Brokermint contact with a lead, as a person does in the CRM.
---@param store table
---@param external_id string Brokermint's id
---@param lead_id integer
function M.link(store, external_id, lead_id)
  links(store)[external_id] = lead_id
end

local function add_new(list, item, normal)
  for _, own in ipairs(list) do
    if normal(own) == normal(item) then
      return
    end
  end
  list[#list + 1] = item
end

--- Handles the request: names and source are taken over, address and number added.
function M.sync(store, request)
  local body = request.body
  local email, phone = params.field_text(body, "email"), params.field_text(body, "phone")
  local changes = {
    firstName = params.field_text(body, "firstName", 30), lastName = params.field_text(body, "lastName", 30),
    source = params.field_text(body, "leadSource"),
  }
  local lead_id = links(store)[params.field_text(body, "externalId") or ""]
  local lead, position = store.leads:find(lead_id or 0)
  wire.demand(lead and store.leads.is_visible(lead), "LEAD_NOT_EXIST_200")
  lead = store.leads:edit(position)
  for name, value in pairs(changes) do
    lead[name] = not codec.is_blank(value) and value or lead[name]
  end
  if email and not codec.is_blank(email) then
    add_new(lead.emails, email, string.lower)
  end
  if phone and not codec.is_blank(phone) then
    add_new(lead.phones, phone, codec.phone_digits)
  end
  store.leads:index(position)
  lead.updated = store.now()
  store:happen(2, "updated", { leadId = lead.leadId })
  return { code = 0, message = "success" }
end

return M
