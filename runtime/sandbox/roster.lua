--- Who is in the team of a box: the account's members, those added since, and how each account stands.

local account = require "sandbox.account"

local M = {}

local function state(store)
  return store:part("roster", function()
    return { added = {}, status = {} }
  end)
end

--- All members, the account's first.
---@param store table
---@return table[] members
function M.list(store)
  local members = table.move(account.members, 1, #account.members, 1, {})
  local added = state(store).added
  return table.move(added, 1, #added, #members + 1, members)
end

local function find(store, wanted)
  for _, member in ipairs(M.list(store)) do
    if wanted(member) then
      return member
    end
  end
  return nil
end

--- Member by user id, the long one or the short one that the member endpoints show.
---@param store table
---@param user_id integer|nil
---@return table|nil
function M.find(store, user_id)
  return find(store, function(member)
    return member.user_id == user_id or member.short_user_id == user_id
  end)
end

--- Member by account e-mail, in any letter case.
---@param store table
---@param email string
---@return table|nil
function M.find_account(store, email)
  return find(store, function(member)
    return member.email:lower() == email:lower()
  end)
end

--- ACTIVE, INACTIVE (deactivated) or PENDING (never onboarded).
---@param store table
---@param member table
---@return string
function M.status(store, member)
  return state(store).status[member.id] or member.status or "ACTIVE"
end

--- Changes how an account stands.
---@param store table
---@param member table
---@param status string
function M.set_status(store, member, status)
  state(store).status[member.id] = status
  store:happen(1, "updated", { agentId = member.user_id })
end

--- Adds an invited member.
---@param store table
---@param member table like account.members, without ids
---@return table member
function M.add(store, member)
  member.id, member.user_id = store:next_id("member"), store:next_id("member_user")
  member.short_user_id, member.status = member.id, "PENDING"
  local added = state(store).added
  added[#added + 1] = member
  store:happen(1, "created", { agentId = member.user_id })
  return member
end

--- Whether another member may become active.
---@param store table
---@return boolean
function M.has_seat(store)
  local taken = 0
  for _, member in ipairs(M.list(store)) do
    taken = taken + (M.status(store, member) == "ACTIVE" and 1 or 0)
  end
  return taken < account.seats
end

return M
