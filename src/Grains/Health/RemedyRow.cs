using ControlPlane.Domain;
using ControlPlane.Facility.Health;

namespace ControlPlane.Grains.Health;

/// <summary>A hall's remedies: settings, and the cases that the law or an operator may still ask about.</summary>
[GenerateSerializer, Immutable, Alias("RemedyRow")]
internal sealed record RemedyRow
{
    /// <summary>Cases that are kept beside those under way; bounds the row.</summary>
    private const int MostCases = 300;

    /// <summary>Events of a GPU that are told apart: an agent repeats what no host has answered, and that is seldom more.</summary>
    private const int MostHeard = 16;

    [Id(0)] public ValueList<RemedyRuleSetting> Rules { get; init; } = [];

    [Id(1)] public double MostClosedShare { get; init; } = RemedyLaw.Default.MostClosedShare;

    /// <summary>Oldest first.</summary>
    [Id(2)] public ValueList<RemedyCase> Cases { get; init; } = [];

    [Id(3)] public long Last { get; init; }

    /// <summary>The events that were heard last of each GPU, oldest first. By their very numbers: a node's clock may be set back.</summary>
    [Id(4)] public ValueList<HeardEvent> Heard { get; init; } = [];

    /// <summary>The law with these settings.</summary>
    public RemedyLaw Law => new(Rules.Select(rule => new RemedyRule(rule.Remedy, rule.Mode, rule.MostPerHour)).ToValueList(), MostClosedShare);

    /// <summary>What the law looks at.</summary>
    public List<PastRemedy> Past => [.. Cases.Select(one => new PastRemedy(one.Gpu, one.Node, one.Remedy, one.State, one.At - DateTimeOffset.UnixEpoch, one.ClosedGpus))];

    /// <summary>Cases under way.</summary>
    public IEnumerable<RemedyCase> Acting => Cases.Where(one => one.State == RemedyState.Acting);

    /// <summary>The case of that number, or null.</summary>
    public RemedyCase? Find(long number) => Cases.FirstOrDefault(one => one.Number == number);

    /// <summary>True when the event was heard before.</summary>
    public bool HasHeard(GpuFault fault) => Heard.Any(heard => heard == new HeardEvent(fault.Gpu, fault.Number));

    /// <summary>The row with a new case of an event.</summary>
    public RemedyRow With(RemedyCase added, GpuFault fault)
    {
        var cases = Cases.Append(added).ToList();
        while (cases.Count > MostCases && cases.FindIndex(one => one.State != RemedyState.Acting) is >= 0 and var oldest)
            cases.RemoveAt(oldest);
        return Hearing(fault) with { Cases = cases.ToValueList(), Last = added.Number };
    }

    /// <summary>The row with a case changed.</summary>
    public RemedyRow With(RemedyCase changed) =>
        this with { Cases = Cases.Select(one => one.Number == changed.Number ? changed : one).ToValueList() };

    /// <summary>The row once an event was heard.</summary>
    public RemedyRow Hearing(GpuFault fault) => this with
    {
        Heard = Heard.Where(heard => heard.Gpu != fault.Gpu)
            .Concat(Heard.Where(heard => heard.Gpu == fault.Gpu).TakeLast(MostHeard - 1)).Append(new HeardEvent(fault.Gpu, fault.Number)).ToValueList(),
    };

    /// <summary>The row with a rule changed.</summary>
    public RemedyRow With(RemedyRuleSetting rule) =>
        this with { Rules = Rules.Where(one => one.Remedy != rule.Remedy).Append(rule).OrderBy(one => one.Remedy).ToValueList() };
}

/// <summary>An event that was heard of a GPU.</summary>
[GenerateSerializer, Immutable, Alias("HeardEvent")]
internal readonly record struct HeardEvent([property: Id(0)] GpuId Gpu, [property: Id(1)] long Number);
