--- The invented brokerage every seed starts with: its members, lead stages, roles and offices.

local M = {}

M.team_id = 13233
M.vendor_id = 30012
M.partner_vendor_id = 30977

M.offices = {
  { id = 511, name = "Harbor Street Office", city = "Portland", state = "ME" },
  { id = 512, name = "Lakeside Office", city = "Burlington", state = "VT" },
}

-- `user_id` is the long id that leads and tasks carry; `id` and `short_user_id` are the short ones that only the
-- member endpoints show. The first member is whoever calls. `status` is ACTIVE unless said: INACTIVE is deactivated,
-- PENDING has not accepted the invitation yet.
M.members = {
  { id = 48213, short_user_id = 48213, user_id = 844710023600001, first = "Dana", last = "Whitlock",
    email = "dana.whitlock@example.com", phone = "+12075550101", virtual = "+12075550191", office = 1 },
  { id = 48216, short_user_id = 48216, user_id = 844710023600019, first = "Marcus", last = "Okafor",
    email = "marcus.okafor@example.com", phone = "+12075550102", virtual = "", office = 1 },
  { id = 48220, short_user_id = 48220, user_id = 844710023600037, first = "Ines", last = "Vidal",
    email = "ines.vidal@example.com", phone = "+18025550103", virtual = "", office = 2, office_owner = true },
  { id = 48231, short_user_id = 48231, user_id = 844710023600055, first = "Tobias", last = "Renner",
    email = "tobias.renner@example.com", phone = "+18025550104", virtual = "", office = 2, assistant = true },
  { id = 48240, short_user_id = 48240, user_id = 844710023600073, first = "Priya", last = "Nambiar",
    email = "priya.nambiar@example.com", phone = "+12075550105", virtual = "", office = 1, lender = true },
  { id = 48102, short_user_id = 48102, user_id = 844710023600002, first = "Helen", last = "Strand",
    email = "helen.strand@example.com", phone = "+12075550106", virtual = "+12075550196", office = 1, admin = true },
  { id = 48244, short_user_id = 48244, user_id = 844710023600091, first = "Gordon", last = "Lisle",
    email = "gordon.lisle@example.com", phone = "+12075550107", virtual = "", office = 1, status = "INACTIVE" },
  { id = 48251, short_user_id = 48251, user_id = 844710023600109, first = "Amara", last = "Quist",
    email = "amara.quist@example.com", phone = "+18025550108", virtual = "", office = 2, status = "INACTIVE" },
  { id = 48260, short_user_id = 48260, user_id = 844710023600127, first = "Felix", last = "Brandao",
    email = "felix.brandao@example.com", phone = "+18025550109", virtual = "", office = 2, status = "PENDING" },
}
M.caller = M.members[1]

M.pipelines = {
  { id = 100301, name = "New Lead" }, { id = 100302, name = "Attempting Contact" },
  { id = 100303, name = "Contacted" }, { id = 100304, name = "Qualified" }, { id = 100305, name = "Hot" },
  { id = 100306, name = "Under Contract" }, { id = 100307, name = "Closed" }, { id = 100308, name = "Archived" },
  { id = 100309, name = "DNC" }, { id = 100310, name = "Agents / Vendors" }, { id = 100311, name = "Past Clients" },
}

-- Every lead lists all of them, filled or not.
M.roles = {
  { id = 1, name = "Agent" }, { id = 2, name = "Assistant" }, { id = 3, name = "Lender" },
  { id = 4, name = "Listing Agent" }, { id = 5, name = "Buyer Agent" }, { id = 6, name = "Showing Agent" },
  { id = 7, name = "Inside Sales" }, { id = 8, name = "Transaction Coordinator" },
  { id = 9, name = "Referral Partner" }, { id = 10, name = "Home Inspector" }, { id = 11, name = "Attorney" },
}

M.webhook_quota = 12
M.seats = 7 -- how many members may be active at a time

local by_user, by_email, stage_ids = {}, {}, {}
for _, member in ipairs(M.members) do
  by_user[member.user_id] = member
  by_email[member.email] = member
end
for _, pipeline in ipairs(M.pipelines) do
  stage_ids[pipeline.name] = pipeline.id
end

--- Member by the long user id.
---@param user_id integer|nil
---@return table|nil
function M.member(user_id)
  return by_user[user_id]
end

--- Member by account e-mail, in any letter case.
---@param email string
---@return table|nil
function M.member_by_email(email)
  return by_email[email:lower()]
end

--- Display name of a member, empty for nobody.
---@param user_id integer|nil
---@return string
function M.user_name(user_id)
  local member = by_user[user_id]
  return member and member.first .. " " .. member.last or ""
end

--- Id of a stage by name; 0 for a text that is no stage of this team.
---@param name string
---@return integer
function M.stage_id(name)
  return stage_ids[name] or 0
end

return M
