--- The names of Lofty's twelve lists, and subscriptions as people may see them and as they are compared.
local code = require "lofty.code"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local wording = require "lofty.wording"

local M = {}

--- By listId.
M.NAMES = { "agent_info", "lead_info", "lead_activity", "listing_alert", "transaction", "call", "email", "text", "note",
  "task", "appointment", "pipeline_change" }

local SENTENCES = {
  [code.WEBHOOK_EXCEED_LIMIT] = "the team has all the subscriptions that Lofty allows",
  [code.WEBHOOK_CALLBACK_URL_INVALID] = "Lofty does not take the URL; it must be https, with a host that it can reach",
  [code.WEBHOOK_TYPE_ERROR] = "Lofty has no such list for this account",
  [code.WEBHOOK_DELETE_NO_AUTHORITY] = "the subscription belongs to another application, which alone can remove it",
}

local HINTS = {
  [code.WEBHOOK_EXCEED_LIMIT] = "Remove one that nobody wants any more (webhooks.list, webhooks.delete), or say with "
    .. "make_room or remove_others what may go.",
}

local NUMBERS = {}
for number, name in ipairs(M.NAMES) do NUMBERS[name] = number end

---@class lofty.webhooks.Wanted
---@field listId integer
---@field callbackUrl string
---@field limit integer|nil
---@field permissionMode integer|nil

--- What happened before a new subscription was there is still on its way to the old one, in milliseconds: Lofty takes up
--- to five minutes.
M.ON_THE_WAY = 10 * 60 * 1000

--- How a list is called, also one that Lofty may add.
---@param number any
---@return string
function M.name(number) return M.NAMES[number] or ("list %s"):format(tostring(number)) end

--- A URL for people: its path, its query and who logs in are secrets.
---@param url any
---@return string
function M.shown_url(url)
  local scheme, authority, rest = tostring(url):match("^(%a[%w+.-]*://)([^/?#]*)(.*)$")
  if not scheme then return "a URL of no known form" end
  return scheme .. authority:gsub("^.*@", "") .. ((rest == "" or rest == "/") and "" or "/...")
end

--- "lead_info to https://hooks.example.com/..."
---@param listId any
---@param url any
---@return string
function M.shown(listId, url) return ("%s to %s"):format(M.name(listId), M.shown_url(url)) end

--- The host in a URL, in lower case, without its port.
---@param url any
---@return string
function M.host(url)
  local authority = tostring(url):match("^%a[%w+.-]*://([^/?#]*)") or ""
  local host = authority:gsub("^.*@", "")
  return (host:match("^%[.-%]") or host:match("^[^:]*")):lower()
end

--- A URL so that two that mean the same place are the same text (RFC 3986, 6.2): scheme and host in lower case, no
--- default port, no empty path. The path stays as it is.
---@param url any
---@return string
function M.normal(url)
  local scheme, authority, rest = tostring(url):match("^(%a[%w+.-]*)://([^/?#]*)(.*)$")
  if not scheme then return tostring(url) end
  scheme = scheme:lower()
  authority = authority:lower():gsub(scheme == "https" and ":443$" or ":80$", "")
  return ("%s://%s%s%s"):format(scheme, authority, rest:find("^/") and "" or "/", rest)
end

--- What makes two subscriptions the same: the list, and the place.
---@param hook { listId: any, callbackUrl: any }
---@return string
function M.key(hook) return ("%s %s"):format(tostring(hook.listId), M.normal(hook.callbackUrl)) end

--- A failure in the words of this helper.
---@param operation string the helper's
---@param err lofty.Error
---@param hook { listId: any, callbackUrl: any } what it is about
---@return lofty.Error the same where there are no other words
function M.in_words(operation, err, hook)
  local sentence = SENTENCES[err.code]
  if not sentence then return err end
  return lofty_error.new { code = err.code, number = err.number, status = err.status, outcome = err.outcome,
    operation = operation, cause = err, message = ("%s: %s"):format(M.shown(hook.listId, hook.callbackUrl), sentence),
    hint = HINTS[err.code] }
end

---@param hook table
---@param wanted lofty.webhooks.Wanted
---@return boolean
function M.is_as_wanted(hook, wanted)
  return (wanted.limit == nil or hook.limit == wanted.limit)
    and (wanted.permissionMode == nil or (hook.permissionMode or 0) == wanted.permissionMode)
end

--- By key: the one that stays. Of several, the first that is as wanted, or else the first.
---@param hooks table[]
---@param is_wanted table<string, lofty.webhooks.Wanted>
---@return table<string, table>
function M.keepers(hooks, is_wanted)
  local kept = {}
  for _, hook in ipairs(hooks) do
    local key = M.key(hook)
    local wanted, before = is_wanted[key], kept[key]
    if not before or wanted and not M.is_as_wanted(before, wanted) and M.is_as_wanted(hook, wanted) then kept[key] = hook end
  end
  return kept
end

local function number_of(caller, index, list)
  local number = NUMBERS[list] or M.NAMES[list] and list
  if number then return number end
  misuse(("%s: wanted[%d].list is none of Lofty's lists: %s%s"):format(caller, index, wording.describe(list),
    type(list) == "string" and wording.suggestion(list, NUMBERS, "there are") or ""))
end

--- What is wanted, each once, in Lofty's words.
---@param caller string
---@param wanted table[] checked but for the lists' names
---@return lofty.webhooks.Wanted[]
function M.wanted(caller, wanted)
  if #wanted == 0 then misuse(caller .. ": wanted is empty; name at least one subscription") end
  local all, seen = {}, {}
  for index, one in ipairs(wanted) do
    local hook = { listId = number_of(caller, index, one.list), callbackUrl = one.url, limit = one.limit,
      permissionMode = one.permissionMode }
    local key = M.key(hook)
    local before = seen[key]
    if before and (before.limit ~= hook.limit or before.permissionMode ~= hook.permissionMode) then
      misuse(("%s: wanted[%d] is there before, with another limit or permissionMode: %s"):format(caller, index,
        M.shown(hook.listId, hook.callbackUrl)))
    elseif not before then
      all[#all + 1], seen[key] = hook, hook
    end
  end
  return all
end

return M
