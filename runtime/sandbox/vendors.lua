--- The directory of vendors: who else works with the team.

local json = require "native.json"
local wire = require "sandbox.wire"
local account = require "sandbox.account"

local M = {}

local VENDORS = {
  { id = 7311, agentUserId = account.members[5].user_id, firstName = "Priya", lastName = "Nambiar",
    phoneNumber = "2075550105", email = "priya.nambiar@example.com", roleName = "Lender",
    companyName = "Casco Lending", companyAddress = "40 Commercial Street, Portland, ME 04101" },
  { id = 7318, agentUserId = 0, firstName = "Rolf", lastName = "Ketterer", phoneNumber = "2075550121",
    email = "rolf.ketterer@example.com", roleName = "Home Inspector", companyName = "Ketterer Inspections",
    companyAddress = "9 Mill Road, Portland, ME 04103" },
  { id = 7302, agentUserId = 0, firstName = "Juno", lastName = "Abernathy", phoneNumber = "2075550122", email = "",
    roleName = "Transaction Coordinator", companyName = "", companyAddress = "" },
}

--- GET /v1.0/vendor/list: a bare array in no order.
function M.list(_, request)
  wire.demand(not request.limited, "PERMISSION_DENIED")
  local vendors = json.array({})
  for i, vendor in ipairs(VENDORS) do
    local shown = { phoneCode = "1", phoneCountry = "US" }
    for name, value in pairs(vendor) do
      shown[name] = value
    end
    vendors[i] = shown
  end
  return vendors
end

return M
