using System.Text.Json.Nodes;
using ControlPlane.Facility.Health;

namespace ControlPlane.Conformance.Tests;

/// <summary>The table of Xid numbers against the published catalogue's column of immediate actions.</summary>
public class XidTests
{
    [SkippableFact]
    public void Every_published_number_has_the_remedy_of_its_published_action()
    {
        var rows = JsonNode.Parse(File.ReadAllText(Path.Combine(SharedFolder.Find(), "data", "xid_actions.json")))!["rows"]!.AsArray();
        Assert.NotEmpty(rows);
        foreach (var row in rows)
        {
            var (code, action) = ((int)row!["xid"]!, (string)row["immediate"]!);
            Assert.Contains(XidTable.All, known => known.Code == code);
            Assert.True(XidTable.Find(code).Remedy == Expected(action), $"{code}: {action} is not {XidTable.Find(code).Remedy}");
        }
    }

    // Its workflows begin with a reset where they are about memory and links; what it leaves open or tells to ignore is noted.
    private static Remedy Expected(string action) => action switch
    {
        "RESTART_APP" => Remedy.RestartJob,
        "RESET_GPU" or "WORKFLOW_XID_48" or "WORKFLOW_NVLINK_ERR" or "WORKFLOW_NVLINK5_ERR" => Remedy.ResetGpu,
        "RESTART_BM" or "RESTART_VM" or "UPDATE_SWFW" => Remedy.Drain,
        "CONTACT_SUPPORT" or "CHECK_MECHANICALS" => Remedy.Replace,
        _ => Remedy.None,
    };
}
