--- Writes whose replies get lost, for tests of lofty.once: what is to become of the next ones, and how many were sent.
---
---   local writes = require "lost_writes"
---   writes.fate = { "lost", "gone" }
---   ... writes.create "call back" ... writes.sent, writes.count "call back" ...
local t = require "harness"
local http = require "native.http"
local lofty = require "lofty"

local M = {
  fate = {}, ---@type string[] "lost" (done), "gone" (lost and not done) or else "answered", by turns
  sent = 0, -- since somebody set it to 0
  lead = lofty.leads.list({ limit = 1 })[1].leadId,
}

local call = http.call
http.call = function(request)
  if request.method == "GET" then return call(request) end
  M.sent = M.sent + 1
  local what = table.remove(M.fate, 1)
  if what == "lost" then call(request) end
  if what == "lost" or what == "gone" then return nil, "CONNECTION_LOST", "the connection broke", { sent = true } end
  return call(request)
end

local number = 0

--- A key, or a content, that no other test has.
---@return string
function M.unique()
  number = number + 1
  return ("once %d"):format(number)
end

--- Makes a task.
---@param content string
---@param to integer|nil a lead
---@return any
function M.create(content, to)
  return lofty.tasks.create { leadId = to or M.lead, type = "Call", content = content, assignedRole = "Agent",
    endAt = "2031-01-01T10:00:00Z" }
end

--- How many such tasks there are.
---@param content string
---@param to integer|nil a lead
---@return integer
function M.count(content, to)
  local found = 0
  for _, task in ipairs(lofty.tasks.list { leadId = to or M.lead }) do found = found + (task.content == content and 1 or 0) end
  return found
end

--- Calls lofty.once, which is to fail with that code.
---@return lofty.Error
function M.raises(code, ...)
  local _, err = lofty.try(lofty.once, ...)
  t.equal(err and err.code, code)
  return err
end

return M
