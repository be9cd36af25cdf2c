--- What a plan keeps for later runs, put where the script would have put it. Refused where it is not as it was when the
--- plan was made: another run has gone on from there.
local placeholder = require "lofty.dry.placeholder"
local store = require "lofty.store"

local M = {}

local OPERATION = "apply"
local DURABLE = true

local function change(space, entry, real_of)
  local key = placeholder.replace(entry.key, real_of)
  local old, new = placeholder.replace(entry.old, real_of), placeholder.replace(entry.new, real_of)
  local now = store.ask(OPERATION, "get", space, key)
  if now == new then return nil end
  if now ~= old then return ("%s is not what it was when the plan was made"):format(key) end
  if new then
    store.ask(OPERATION, "put", space, key, new, DURABLE)
  else
    store.ask(OPERATION, "remove", space, key, DURABLE)
  end
end

--- Keeps what an item says.
---@param item table
---@param real_of fun(placeholder: integer): integer|string|nil
---@return string|nil why not
function M.keep(item, real_of)
  if item["do"] == "drop" then
    store.ask(OPERATION, "drop", item.space)
  elseif item["do"] == "sweep" then
    store.ask(OPERATION, "sweep", item.space, item.prefix)
  else
    for _, entry in ipairs(item.changes) do
      local why = change(item.space, entry, real_of)
      if why then return why end
    end
  end
end

--- How a refusal names it: "lofty.state", "lofty.sync", "resume".
---@param item table
---@return string
function M.name(item)
  local kind = item.space:match("^(%a+) ") or "?"
  return kind == "resume" and "resume" or "lofty." .. kind
end

return M
