--- Looking leads up by e-mail address and phone number, exactly. Lofty's own filters also match a part of an address,
--- find no number that is not bare digits, and an empty one gives every lead.
local contact = require "lofty.contact"
local lofty = require "lofty"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local wording = require "lofty.wording"

local M = {}

--- So many leads with one address or number are a filter that was not heard, rather than a family.
M.MOST = 1000

---@class lofty.Wanted what a lead is looked up by; any of it will do
---@field emails string[] cleaned by contact.email
---@field phones string[] bare digits

local function is_array(values)
  local count = 0
  for _ in pairs(values) do count = count + 1 end
  return count == #values
end

--- Reads addresses or numbers with one of contact's functions; raises at the script's line for what is none.
local function cleaned(name, field, values, read)
  local list = {}
  if values == nil or values == lofty.null then return list end
  if type(values) == "table" and not is_array(values) then
    misuse(("%s: %s must be an array without holes, got a table with other keys"):format(name, field))
  end
  for index, value in ipairs(type(values) == "table" and values or { values }) do
    local where = type(values) == "table" and ("%s[%d]"):format(field, index) or field
    if type(value) ~= "string" then
      misuse(("%s: %s must be a string, got %s"):format(name, where, wording.describe(value)))
    end
    local clean, why = read(value)
    if not clean then
      misuse(("%s: %s %s (lofty.contact.%s tells beforehand)"):format(name, where, why,
        read == contact.email and "email" or "phone"))
    end
    list[#list + 1] = clean
  end
  return list
end

--- What to look up.
---@param name string the helper's, for messages
---@param email_field string how the script calls it
---@param emails string|string[]|nil
---@param phone_field string
---@param phones string|string[]|nil
---@return lofty.Wanted
function M.wanted(name, email_field, emails, phone_field, phones)
  local wanted = {
    emails = cleaned(name, email_field, emails, contact.email),
    phones = cleaned(name, phone_field, phones, contact.phone),
  }
  if #wanted.emails + #wanted.phones == 0 then
    misuse(("%s: an address in %s or a number in %s is required"):format(name, email_field, phone_field))
  end
  return wanted
end

--- The queries that find all of it. Whether Lofty minds upper case is not known, so an address with some is asked for
--- both ways.
local function queries_of(wanted)
  local queries = {}
  for _, email in ipairs(wanted.emails) do
    queries[#queries + 1] = { email = email, preciseSearchFlag = true }
    if email ~= email:lower() then queries[#queries + 1] = { email = email:lower(), preciseSearchFlag = true } end
  end
  for _, digits in ipairs(wanted.phones) do
    queries[#queries + 1] = { phone = digits, preciseSearchFlag = true }
  end
  return queries
end

local function has_one(values, wanted, equal)
  for _, value in ipairs(values or {}) do
    for _, one in ipairs(wanted) do
      if equal(value, one) then return true end
    end
  end
  return false
end

--- Whether the lead really has one of them. A server that does not hear preciseSearchFlag gives those with a part of
--- it, too.
local function fits(lead, wanted)
  return has_one(lead.emails, wanted.emails, contact.emails_equal)
    or has_one(lead.phones, wanted.phones, contact.phones_equal)
end

local function collect(query) return lofty.leads.each(query):collect { max = M.MOST } end

--- All leads that have one of the addresses or numbers, each once.
---@param name string the helper's, for errors
---@param wanted lofty.Wanted
---@param read (fun(query: table): table[], boolean)|nil reads what a query finds, and whether there is more than MOST
---@return table[] leads
function M.look_up(name, wanted, read)
  local found, seen = {}, {}
  for _, query in ipairs(queries_of(wanted)) do
    local leads, more = (read or collect)(query)
    if more then
      error(lofty_error.new {
        code = "INVALID_RESPONSE",
        operation = name,
        retryable = false,
        message = ("more than %d leads came for one address or number: the filter was not heard"):format(M.MOST),
      }, 0)
    end
    for _, lead in ipairs(leads) do
      if math.type(lead.leadId) ~= "integer" then
        error(lofty_error.new {
          code = "INVALID_RESPONSE",
          operation = name,
          retryable = false,
          message = "a lead's leadId is " .. wording.describe(lead.leadId) .. ", not an integer",
        }, 0)
      end
      if not seen[lead.leadId] and fits(lead, wanted) then found[#found + 1] = lead end
      seen[lead.leadId] = true
    end
  end
  return found
end

--- The only lead of a list; nil where there is none. Raises AMBIGUOUS, with the ids, where there are several.
---@param name string the helper's, for the error
---@param leads table[]
---@param outcome "unknown"|nil what became of a write before
---@return table|nil lead
function M.only(name, leads, outcome)
  if #leads < 2 then return leads[1] end
  local ids = {}
  for index, lead in ipairs(leads) do ids[index] = ("%d"):format(lead.leadId) end
  error(lofty_error.new {
    code = "AMBIGUOUS",
    operation = name,
    outcome = outcome,
    message = ("the addresses and numbers belong to %d leads: %s"):format(#ids, wording.listed(ids, "and")),
    hint = "Merge them in the CRM, or choose among the leads that leads.find_all gives.",
  }, 0)
end

--- All leads with that e-mail address or that phone number.
---@param by { email: string|string[]|nil, phone: string|string[]|nil } where several are given, any of them will do
---@return table[] leads as leads.list gives them
local function find_all(by)
  return M.look_up("leads.find_all", M.wanted("leads.find_all", "email", by.email, "phone", by.phone))
end

--- The lead with that e-mail address or that phone number.
---@param by { email: string|string[]|nil, phone: string|string[]|nil } where several are given, any of them will do
---@return table|nil lead nil where there is none
local function find(by)
  return M.only("leads.find", M.look_up("leads.find", M.wanted("leads.find", "email", by.email, "phone", by.phone)))
end

local FIELDS = {
  email = { type = "any", note = "an address, or an array of them" },
  phone = { type = "any", note = "a number in any usual spelling, or an array of them" },
}

local EXACT = "Compares whole addresses, without regard to case, and whole numbers, however they are spelt."
local EITHER = "Of several addresses and numbers a lead needs one only to be found, as Lofty merges by any of them."
local BLIND = "Sees only the leads that the caller may see, and none in the trash. A lead just made may not show yet."
local CASE = "Whether Lofty's own filter minds capitals is not known: an address with some is asked for as it is and "
  .. "in small letters, one without is not asked for in any others."

M.helpers = {
  find = {
    usage = 'leads.find{ email = "ada@example.com", phone = "(207) 555-0111" }',
    summary = "The lead with that e-mail address or that phone number, or nil.",
    params = {},
    fields = FIELDS,
    fields_at_least_one = { "email", "phone" },
    uses = { "leads.list" },
    returns = "the lead as leads.list gives it, or nil",
    raises = { "AMBIGUOUS" },
    habits = { EXACT, EITHER, BLIND, CASE },
    call = find,
  },
  find_all = {
    usage = 'leads.find_all{ email = "ada@example.com", phone = "(207) 555-0111" }',
    summary = "All leads with that e-mail address or that phone number.",
    params = {},
    fields = FIELDS,
    fields_at_least_one = { "email", "phone" },
    uses = { "leads.list" },
    returns = "an array of leads as leads.list gives them, each once",
    raises = {},
    habits = { EXACT, EITHER, BLIND, CASE },
    call = find_all,
  },
}

return M
