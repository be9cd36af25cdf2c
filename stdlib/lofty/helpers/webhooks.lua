--- The helper that makes the wanted webhook subscriptions exist. Lofty makes the same one twice if it is asked twice, and
--- then delivers everything twice; it forgets some without a word; and the team, which has a limit of them, shares them.
local lists = require "lofty.helpers.webhook_lists"
local Pass = require "lofty.helpers.webhook_pass"

local M = {}

---@class lofty.webhooks.Step what was found or done about one subscription
---@field what string "kept", "created", "missing", "different", "twice", "other", "no_room", "removed", "gone",
---  "refused", "failed"
---@field list string such as "lead_info"
---@field listId integer
---@field callbackUrl string all of it: its path is a secret
---@field shown string "lead_info to https://hooks.example.com/...", for a person to read
---@field subscribeId integer|nil
---@field vanished boolean|nil of "created" and "missing": an earlier pass had seen it
---@field waits boolean|nil of "other": it is to go, and something may still be on its way to it
---@field why string|nil of "removed" and its like: "twice", "other", "room"
---@field error lofty.Error|nil of "failed": why Lofty refused it

---@class lofty.webhooks.Synced
---@field right boolean all that are wanted are there, once each and as wanted
---@field changed boolean
---@field steps lofty.webhooks.Step[] in the order of doing
---@field created integer how many steps there are of a kind; also kept, missing, different, twice, other, removed, gone,
---  refused, failed

--- Makes the wanted subscriptions exist.
---@param wanted table[]
---@param options table
---@return lofty.webhooks.Synced
local function sync(wanted, options)
  local pass = Pass.new(lists.wanted("webhooks.sync", wanted), options)
  return pass:run()
end

M.sync = {
  usage = 'webhooks.sync({ { list = "lead_info", url = url } })',
  summary = "Makes exactly the wanted webhook subscriptions exist, once each.",
  params = {
    { name = "wanted", type = "array",
      of = {
        type = "object",
        fields = {
          list = { type = "any", required = true, note = "lead_info and so on, or its number; see webhooks.create" },
          url = { type = "string", required = true, format = "https-url", note = "where to deliver" },
          limit = { type = "integer", min = 1, max = 5000 },
          permissionMode = { type = "integer", enum = { 0, 1 } },
        },
      } },
  },
  fields = {
    check = { type = "boolean", note = "only tell what differs" },
    remove_duplicates = { type = "boolean", note = "remove those that deliver a list to a URL a second time" },
    remove_others = { type = "boolean", note = "remove all that are not wanted, whoever made them" },
    remove_at = { type = "array", of = { type = "string", format = "https-url" },
      note = "URLs: what delivers there and is not wanted is removed, once what is wanted of its list is there" },
    go_on = { type = "boolean", note = "where Lofty refuses one make the others all the same; steps say \"failed\"" },
    make_room = { type = "array", of = { type = "string", not_blank = true },
      note = "hosts; where Lofty allows no more, one that delivers there is removed for each that is needed" },
  },
  uses = { "webhooks.list", "webhooks.create", "webhooks.delete" },
  returns = "{ right = boolean, changed = boolean, steps = { { what, list, shown, ... }, ... }, created = n, kept = n, "
    .. "twice = n, other = n, ... }",
  raises = { "WEBHOOK_EXCEED_LIMIT", "WEBHOOK_CALLBACK_URL_INVALID", "WEBHOOK_TYPE_ERROR", "GRANT_NEEDED" },
  habits = {
    "Lists: agent_info, lead_info, lead_activity, listing_alert, transaction, call, email, text, note, task, "
      .. "appointment, pipeline_change.",
    "What is there stays. A create whose reply was lost is looked for before it is made again, as with "
      .. "{ verify = true }; copies of it on this machine wait for each other.",
    "Removes nothing unless told to, and then needs the grant delete_webhooks. What is to go goes last, and not within "
      .. "ten minutes of making what replaces it: Lofty may be five minutes late, and what is on its way would be lost. Its "
      .. "step waits; call it again then. Only make_room, where Lofty allows no more, cannot wait.",
    "One that was there and is gone is made again and logged as vanished; its step says so. Call it from a schedule: what "
      .. "vanishes is back after one interval.",
    "A limit or permissionMode that differs from what is wanted is reported and left: Lofty cannot change one.",
    "Where it raises, `result` of the error is what was done until then. Its messages show a URL's host alone, since the "
      .. "path is a secret; callbackUrl of a step is all of it.",
    "May be run twice: the second run does what is left.",
  },
  call = sync,
}

return M
