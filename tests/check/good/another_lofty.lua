-- A local of that name that is something else.
local lofty = { leads = { udpate = print, stgae = 5 }, code = { NO_SUCH_CODE = 1 } }
lofty.leads.udpate(lofty.leads.stgae, lofty.code.NO_SUCH_CODE)
