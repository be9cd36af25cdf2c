--- Making a lead only where there is none yet. Lofty merges a lead whose address or number it knows into the one that
--- has it, overwrites that one's tags with `tags`, and returns an id that may be dead (seen live). There are no
--- idempotency keys.
local client = require "lofty.client"
local contact = require "lofty.contact"
local lead_find = require "lofty.helpers.lead_find"
local lead_tags = require "lofty.helpers.lead_tags"
local lofty = require "lofty"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local operations = require "lofty.operations"
local settle = require "lofty.settle"
local wording = require "lofty.wording"

local M = {}

local NAME = "leads.find_or_create"

--- Seconds for which the id of a create is only read. One that is missing longer is likely to be dead; from then on the
--- survivor is looked for as well.
local PATIENCE = 5

---@class lofty.FoundOrCreated
---@field leadId integer the lead that is there now
---@field created boolean this call made it, as far as can be told
---@field merged boolean Lofty merged what this call made into the lead that is there

--- What leads.create would take, or nobody would, and is refused here.
local REFUSED = {
  { name = "tags", why = NAME .. ": tags would replace the tags of a lead it merges into; write tagsAdd" },
  { name = "timeout", why = ("%s: timeout is no field of a lead; it goes into a table of its own: %s({ ... }, { timeout = 60 })")
    :format(NAME, NAME) },
}

--- What is wrong with the fields before leads.create looks at them.
local function refused(fields)
  for _, field in ipairs(type(fields) == "table" and REFUSED or {}) do
    if fields[field.name] ~= nil then return field.why end
  end
end

--- Checks the fields as leads.create would, so that nothing is sent where they are wrong.
local function checked(fields)
  local why = refused(fields)
  if why then misuse(why) end
  local row = setmetatable({ name = NAME }, { __index = operations.find("leads.create") })
  local _, clean = client.checked(row, {}, fields)
  for _, name in ipairs { "emails", "phones", "tagsAdd" } do
    if clean[name] == lofty.null then clean[name] = nil end
  end
  local wanted = lead_find.wanted(NAME, "emails", clean.emails, "phones", clean.phones)
  -- What cannot be seen must not get into Lofty either: no later search would find it.
  for index, email in ipairs(wanted.emails) do clean.emails[index] = email end
  for index, phone in ipairs(clean.phones or {}) do clean.phones[index] = contact.clean(phone) end
  return clean, wanted
end

--- A create whose outcome is unknown: it is done if the lead shows. Else the failure stands, and nothing is made anew.
local function after_doubt(err, wanted, seconds)
  local lead = settle.poll(seconds, function()
    local leads, failure = lofty_error.try(lead_find.look_up, NAME, wanted)
    -- That Lofty cannot be asked either says nothing about the create.
    if failure then return nil end
    return lead_find.only(NAME, leads, "unknown")
  end)
  if not lead then error(err, 0) end
  lofty.log.warn("the reply to a create was lost, but the lead is there", { lead = lead.leadId, code = err.code })
  return lead.leadId
end

--- The lead that has the addresses or numbers: `leadId` itself where it is among those that do; nil where none does.
local function listed(leadId, wanted)
  local leads = lead_find.look_up(NAME, wanted)
  for _, lead in ipairs(leads) do
    if lead.leadId == leadId then return lead end
  end
  return lead_find.only(NAME, leads)
end

--- Raises a failure after the create. It has the id, and says that there may be a lead: what went wrong was a read
--- perhaps, but the call as a whole must not look as if it had done nothing.
local function after_create(err, message, hint)
  error(lofty_error.new {
    code = err.code,
    number = err.number,
    status = err.status,
    operation = NAME,
    outcome = "unknown",
    cause = err,
    message = message,
    hint = hint,
  }, 0)
end

local READ_FAILED = "Lofty returned id %d for the new lead, but what became of it cannot be told: %s"

--- Whether the lead can be read; raises where that cannot be told.
local function is_there(leadId, seconds)
  local lead, err = lofty_error.try(settle.read, "LEAD_NOT_EXIST", seconds, lofty.leads.get, leadId)
  if lead then return true end
  if settle.is_missing(err, "LEAD_NOT_EXIST") then return false, err end
  after_create(err, READ_FAILED:format(leadId, err.message))
end

--- The id of the lead that is there after a create: its own, once it can be read, or that of another lead with the same
--- addresses and numbers.
local function survivor_of(leadId, wanted, seconds)
  local patience = math.min(seconds, PATIENCE)
  local shows, err = is_there(leadId, patience)
  if shows then return leadId end
  local is_listed
  local id = settle.poll(seconds - patience, function()
    local lead, failure = lofty_error.try(listed, leadId, wanted)
    if failure then after_create(failure, READ_FAILED:format(leadId, failure.message)) end
    is_listed = lead and lead.leadId == leadId
    if lead and not is_listed then return lead.leadId end
    shows, err = is_there(leadId, 0)
    return shows and leadId or nil
  end)
  if id or is_listed then return id or leadId end
  after_create(err, ("Lofty returned id %d for the new lead, but it cannot be read after %g s, nor found by its "
    .. "addresses and numbers"):format(leadId, seconds), "It was routed to somebody whose leads you may not see, or "
    .. "merged into such a lead or one in the trash. Do not create it again.")
end

--- The id that a create returned.
local function id_of(made)
  if math.type(made.leadId) == "integer" then return made.leadId end
  error(lofty_error.new {
    code = "INVALID_RESPONSE",
    operation = NAME,
    outcome = "unknown",
    message = "the leadId of the new lead is " .. wording.describe(made.leadId) .. ", not an integer",
  }, 0)
end

--- The lead with one of these addresses or numbers; made of the fields where there is none.
---@param fields table as leads.create takes them, without `tags`; an address or a number is required
---@param options { timeout: number|nil } seconds for which a new lead may stay unreadable
---@return lofty.FoundOrCreated
local function find_or_create(fields, options)
  local body, wanted = checked(fields)
  local lead = lead_find.only(NAME, lead_find.look_up(NAME, wanted))
  if lead then
    lead_tags.add_missing(lead.leadId, lead_tags.names_of(NAME, lead), body.tagsAdd or {})
    return { leadId = lead.leadId, created = false, merged = false }
  end
  local seconds = options.timeout or settle.TIMEOUT
  local made, err = lofty_error.try(lofty.leads.create, body)
  if err and err.outcome ~= "unknown" then error(err, 0) end
  if err then return { leadId = after_doubt(err, wanted, seconds), created = true, merged = false } end
  local new = id_of(made)
  local leadId = survivor_of(new, wanted, seconds)
  return { leadId = leadId, created = leadId == new, merged = leadId ~= new }
end

M.helpers = {
  find_or_create = {
    usage = 'leads.find_or_create{ firstName = "Ada", emails = { "ada@example.com" } }',
    summary = "The lead with one of these e-mail addresses or phone numbers; made only where there is none.",
    params = { { name = "fields", type = "any", note = "as leads.create takes them, but without tags" } },
    fields = { timeout = settle.timeout_spec },
    body_of = "leads.create",
    refused = refused,
    uses = { "leads.list", "leads.create", "leads.get", "leads.update" },
    returns = "{ leadId = n, created = boolean, merged = boolean }",
    raises = { "AMBIGUOUS", "INVALID_PARAMETER", "PROPERTY_ADDRESS_EMPTY", "LEAD_NOT_EXIST", "INVALID_RESPONSE" },
    habits = {
      "A lead that is there is left as it is, but for tagsAdd, which are added to it.",
      "Looks for every address and number, exactly; where they belong to several leads it raises AMBIGUOUS and makes "
        .. "none.",
      "Where the reply to the create is lost, it does not create again: it looks for the lead, and raises the failure "
        .. "where none shows.",
      "Waits until the new lead can be read. Where Lofty merged it into another one, and so gave back a dead id, that "
        .. "takes 5 s to be sure of, and the result is the survivor's id with merged = true. Where neither shows it "
        .. "raises LEAD_NOT_EXIST, with the id in the message.",
      "Whatever goes wrong after the create raises with outcome unknown, and the next run finds the lead; where Lofty "
        .. "gave its id, the message has it.",
      "Two copies at once, or a second run before the first one's lead shows, may both create. Lofty then merges the "
        .. "second lead into the first, with its fields, and both get the same lead; but a note (content), a "
        .. "transaction and a welcome mail that go with the create may come twice.",
      "`created` is no proof: it is true for both copies where Lofty returns the first one's id, or the reply was lost "
        .. "and another copy made the lead, and false where a run was killed after its create and run again.",
    },
    call = find_or_create,
  },
}

return M
