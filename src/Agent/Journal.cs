using ControlPlane.Hardware.Protocol;

using Google.Protobuf;

namespace ControlPlane.Agent;

/// <summary>What must survive the agent: the generation fence, what runs, what no host has acknowledged, and caps that hold.</summary>
internal sealed record JournalContents(
    IReadOnlyDictionary<uint, long> Newest, IReadOnlyList<HeldLease> Running, IReadOnlyList<WorkReport> Reports, IReadOnlyList<DeviceCap> Caps)
{
    public DeviceCap? CapOf(uint device) => Caps.FirstOrDefault(cap => cap.Device == device);

    public long NewestOf(uint device) => Newest.GetValueOrDefault(device);
}

/// <summary>
/// A small file, written whole on every change and swapped in by a rename, so that a crash leaves the old or the
/// new one. Messages of agent.proto, each behind its length: an answer holds a fence, a hello what runs.
/// </summary>
internal sealed class Journal(AgentOptions options)
{
    private readonly Lock _lock = new();

    public JournalContents Read()
    {
        var newest = new Dictionary<uint, long>();
        var running = new List<HeldLease>();
        var reports = new List<WorkReport>();
        var caps = new List<DeviceCap>();
        if (options.JournalFile is null || !File.Exists(options.JournalFile))
            return new(newest, running, reports, caps);
        using var file = File.OpenRead(options.JournalFile);
        while (file.Position < file.Length)
        {
            var message = FromAgent.Parser.ParseDelimitedFrom(file);
            switch (message.MessageCase)
            {
                case FromAgent.MessageOneofCase.LeaseAnswer:
                    newest[message.LeaseAnswer.Device] = message.LeaseAnswer.CurrentGeneration;
                    break;
                case FromAgent.MessageOneofCase.Hello:
                    running.AddRange(message.Hello.Held);
                    caps.AddRange(message.Hello.Caps);
                    break;
                case FromAgent.MessageOneofCase.Report:
                    reports.Add(message.Report);
                    break;
            }
        }
        return new(newest, running, reports, caps);
    }

    /// <param name="contents">Asked inside the lock: of two writers the later sees the later state.</param>
    public void Write(Func<JournalContents> contents)
    {
        if (options.JournalFile is null)
            return;
        lock (_lock)
        {
            var (newest, running, reports, caps) = contents();
            var fresh = options.JournalFile + ".new";
            using (var file = File.Create(fresh))
            {
                foreach (var (device, generation) in newest)
                    new FromAgent { LeaseAnswer = new() { Device = device, CurrentGeneration = generation } }.WriteDelimitedTo(file);
                new FromAgent { Hello = new() { Held = { running }, Caps = { caps } } }.WriteDelimitedTo(file);
                foreach (var report in reports)
                    new FromAgent { Report = report }.WriteDelimitedTo(file);
                file.Flush(flushToDisk: true);
            }
            File.Move(fresh, options.JournalFile, overwrite: true);
        }
    }
}
