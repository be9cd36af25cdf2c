--- Tags of a lead, added and taken off without touching the others. `tags` of leads.update replaces all of them, and
--- whoever merges by hand loses what somebody else added in between; tagsAdd and tagsRemove do not.
local arrays = require "lofty.arrays"
local lofty = require "lofty"
local lofty_error = require "lofty.error"
local settle = require "lofty.settle"
local spelling = require "lofty.spelling"

local M = {}

local VERIFY_SECONDS = 10

local lead_id = { name = "leadId", type = "integer", min = 1 }
local names_spec = { name = "names", type = "array", of = { type = "string", not_blank = true, max_length = 64 },
  example = '{ "vip" }' }
local timeout = { type = "number", min = 0, max = 600, default = VERIFY_SECONDS,
  note = "seconds to wait until the tags read back as written" }

--- Each name once.
local function distinct(names)
  local list, seen = {}, {}
  for _, name in ipairs(names) do
    if not seen[name] then list[#list + 1] = name end
    seen[name] = true
  end
  return list
end

--- The names of a lead's tags. Raises where they cannot be read: a tag that is passed over would be lost later.
---@param name string the helper's, for the error
---@param lead table
---@return string[]
function M.names_of(name, lead)
  local names = {}
  for index, tag in ipairs(lead.tags or {}) do
    names[index] = type(tag) == "table" and tag.tagName or tag
    if type(names[index]) ~= "string" then
      error(lofty_error.new {
        code = "INVALID_RESPONSE",
        operation = name,
        retryable = false,
        message = ("tag %d of the lead has no tagName"):format(index),
      }, 0)
    end
  end
  return names
end

--- The names that are in the set, or with `wanted` = false those that are not.
local function picked(names, set, wanted)
  local list = {}
  for _, name in ipairs(names) do
    if (set[name] or false) == wanted then list[#list + 1] = name end
  end
  return list
end

--- The lead, or nil where it cannot be read: it was just made perhaps, and can be written to already.
local function read_if_there(leadId)
  local lead, err = lofty_error.try(lofty.leads.get, leadId)
  if err and not settle.is_missing(err, "LEAD_NOT_EXIST") then error(err, 0) end
  return lead
end

--- Adds those of the names that the lead does not have yet.
---@param leadId integer
---@param present string[] the lead's tags
---@param names string[]
---@return string[] added
function M.add_missing(leadId, present, names)
  local missing = picked(distinct(names), arrays.set(present), false)
  if #missing > 0 then
    lofty.leads.update(leadId, { tagsAdd = missing })
  end
  return missing
end

--- Adds tags to a lead and keeps all others.
---@param leadId integer
---@param names string[] at most 64 characters each
---@return string[] added those that the lead did not have; empty where nothing had to be done
local function add(leadId, names)
  if #names == 0 then return {} end
  local lead = read_if_there(leadId)
  return M.add_missing(leadId, lead and M.names_of("leads.add_tags", lead) or {}, names)
end

--- Reads the lead until its tags are right. A server older than tagsRemove and clearAllTags answers with success and
--- does nothing, so only reading tells.
local function verify(name, leadId, seconds, wrong)
  local problem, missing
  local names = settle.poll(seconds, function()
    local lead, err = lofty_error.try(lofty.leads.get, leadId)
    if err and not settle.is_missing(err, "LEAD_NOT_EXIST") then error(err, 0) end
    missing = err
    local now = lead and M.names_of(name, lead)
    problem = now and wrong(now)
    return not problem and now or nil
  end)
  if names then return names end
  if missing then error(missing, 0) end
  error(lofty_error.new {
    code = "INVALID_RESPONSE",
    operation = name,
    outcome = "refused",
    retryable = false,
    message = "the call succeeded, but the lead's tags are not what they should be: " .. problem,
    hint = "Somebody may have changed them in the same moment; if not, Lofty did not hear the field: use the CRM.",
  }, 0)
end

--- Takes tags off a lead and keeps all others.
---@param leadId integer
---@param names string[] spelt as the lead has them
---@param options { timeout: number|nil }
---@return string[] removed those that the lead had; empty where nothing had to be done
local function remove(leadId, names, options)
  local lead = #names > 0 and read_if_there(leadId)
  local present = lead and M.names_of("leads.remove_tags", lead)
  local there = present and picked(distinct(names), arrays.set(present), true) or distinct(names)
  if #there == 0 then return {} end
  lofty.leads.update(leadId, { tagsRemove = there })
  verify("leads.remove_tags", leadId, options.timeout or VERIFY_SECONDS, function(now)
    local left = picked(there, arrays.set(now), true)
    return #left > 0 and "still there: " .. table.concat(left, ", ") or nil
  end)
  return there
end

local function same_names(a, b)
  return #picked(a, arrays.set(b), false) == 0 and #picked(b, arrays.set(a), false) == 0
end

local function in_small(names)
  local list = {}
  for index, name in ipairs(names) do list[index] = spelling.lower(name) end
  return list
end

local function shown(names) return #names > 0 and table.concat(names, ", ") or "none" end

--- Replaces all tags of a lead.
---@param leadId integer
---@param names string[] none at all takes every tag off
---@param options { timeout: number|nil }
---@return { before: string[], after: string[] }
local function set(leadId, names, options)
  names = distinct(names)
  local before = M.names_of("leads.set_tags", lofty.leads.get(leadId))
  if same_names(before, names) then return { before = before, after = before } end
  lofty.leads.update(leadId, #names > 0 and { tags = names } or { clearAllTags = true })
  -- Lofty may keep the spelling of a tag that it has already.
  local wanted = in_small(names)
  local after = verify("leads.set_tags", leadId, options.timeout or VERIFY_SECONDS, function(now)
    if same_names(in_small(now), wanted) then return nil end
    return ("the lead has %s; before, it had %s"):format(shown(now), shown(before))
  end)
  return { before = before, after = after }
end

M.helpers = {
  add_tags = {
    usage = 'leads.add_tags(leadId, { "vip" })',
    summary = "Adds tags to a lead and keeps all others.",
    params = { lead_id, names_spec },
    uses = { "leads.get", "leads.update" },
    returns = "an array of the names that were added: those that the lead did not have",
    raises = { "LEAD_NOT_EXIST" },
    habits = {
      "Sends no update where the lead has all of them, so that a webhook for changed leads is not fired by its own "
        .. "handler.",
      "Names are taken as they are spelt: a tag that the lead has in other capitals is sent, and Lofty decides whether "
        .. "that is another one.",
      "May be run twice or by several at once: a tag is added once. Right after a create it works too, and then "
        .. "returns all names.",
      "An automation on an added tag does not start for a tag that is there already.",
    },
    call = add,
  },
  remove_tags = {
    usage = 'leads.remove_tags(leadId, { "vip" })',
    summary = "Takes tags off a lead and keeps all others.",
    params = { lead_id, names_spec },
    fields = { timeout = timeout },
    uses = { "leads.get", "leads.update" },
    returns = "an array of the names that were taken off: those that the lead had",
    raises = { "LEAD_NOT_EXIST", "INVALID_RESPONSE" },
    habits = {
      "Names are taken as they are spelt: upper and lower case count.",
      "Reads the lead afterwards, and raises INVALID_RESPONSE where a tag is still there: a Lofty that does not know "
        .. "tagsRemove answers with success and leaves it.",
      "May be run twice or by several at once. Where the lead cannot be read yet, all names are sent and returned.",
    },
    call = remove,
  },
  set_tags = {
    usage = 'leads.set_tags(leadId, { "buyer", "vip" })',
    summary = "Replaces all tags of a lead, and says which there were.",
    params = { lead_id, names_spec },
    fields = { timeout = timeout },
    uses = { "leads.get", "leads.update" },
    returns = "{ before = names, after = names }",
    raises = { "LEAD_NOT_EXIST", "INVALID_RESPONSE" },
    habits = {
      "An empty array takes every tag off. Keep `before`: Lofty has no undo. Killed after the writing, or where the "
        .. "reply to it is lost, nobody has `before`, and a second run returns what the first one wrote.",
      "A tag that somebody adds between the reading and the writing is lost and not in `before`; add_tags and "
        .. "remove_tags have no such gap.",
      "Sends no update where the lead has these tags already, spelt so; afterwards reads the lead and raises "
        .. "INVALID_RESPONSE where it has others, upper and lower case apart.",
      "Right after a create the lead cannot be read: leads.wait first.",
    },
    call = set,
  },
}

return M
