--- The company and its offices, as they stand in a box.

local account = require "sandbox.account"

local M = {}

local function state(store)
  return store:part("offices", function()
    local offices = {}
    for i, office in ipairs(account.offices) do
      offices[i] = {
        id = office.id, parentId = 0, name = office.name, city = office.city, state = office.state,
        allowManageSub = true,
      }
    end
    return { company = { name = "Harborline Homes" }, offices = offices }
  end)
end

--- All offices, oldest first. Never change one in place without meaning it.
---@param store table
---@return table[]
function M.list(store)
  return state(store).offices
end

--- Office by id.
---@param store table
---@param id integer|nil
---@return table|nil
function M.find(store, id)
  for _, office in ipairs(state(store).offices) do
    if office.id == id then
      return office
    end
  end
  return nil
end

--- The office a member sits in.
---@param store table
---@param member table
---@return table
function M.of(store, member)
  return M.find(store, member.office_id or account.offices[member.office].id)
end

--- Adds an office.
---@param store table
---@param fields table
---@return table office
function M.add(store, fields)
  fields.id = store:next_id("office")
  local offices = state(store).offices
  offices[#offices + 1] = fields
  return fields
end

--- The company itself: name, address, and how to reach it.
---@param store table
---@return table
function M.company(store)
  return state(store).company
end

return M
