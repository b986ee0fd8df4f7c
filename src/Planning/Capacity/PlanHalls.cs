using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Factory;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Manifests;
using ControlPlane.Scheduling;

namespace ControlPlane.Planning.Capacity;

/// <summary>The halls that given racks come to, as the factory would build them.</summary>
internal sealed class PlanHalls
{
    private readonly CapacityQuestion _question;
    private readonly List<HallState> _states = [];

    /// <summary>Builds them.</summary>
    /// <param name="question">The question.</param>
    /// <param name="racks">Racks by type and row.</param>
    /// <param name="catalogue">Rack types and GPUs.</param>
    public PlanHalls(CapacityQuestion question, int[][] racks, HardwareCatalogue catalogue)
    {
        _question = question;
        RackManifests = HallProof.Manifests(question, racks);
        var factory = question.Factory.With(RackManifests, [], catalogue);
        Errors = factory.Errors;
        if (factory.Model is null)
            return;
        foreach (var layout in factory.Model.Layouts.Values.Where(layout => layout.Racks.Count > 0))
        {
            Layouts.Add(layout);
            _states.Add(new HallState(layout));
            for (var rack = 0; rack < layout.Racks.Count; rack++)
                Racks.Add(RackOf(layout, Layouts.Count - 1, rack));
        }
    }

    /// <summary>Why there are no halls; empty when there are.</summary>
    public IReadOnlyList<ManifestError> Errors { get; }

    /// <summary>The halls in which racks stand.</summary>
    public List<HallLayout> Layouts { get; } = [];

    /// <summary>Every rack, in order.</summary>
    public List<PlanRack> Racks { get; } = [];

    /// <summary>The Rack manifests.</summary>
    public IReadOnlyList<Manifest> RackManifests { get; }

    /// <summary>The halls without some of their racks, empty of work.</summary>
    public List<HallState> Without(IReadOnlyCollection<PlanRack> racksOut)
    {
        List<HallState> halls = [.. _states.Select(state => state.Fork())];
        foreach (var rack in racksOut)
        {
            var (layout, state) = (Layouts[rack.Hall], halls[rack.Hall]);
            for (var node = 0; node < layout.Racks[rack.Index].NodeCount; node++)
                state.SetNodeCondition(layout.Racks[rack.Index].FirstNode + node, NodeCondition.Failed);
        }
        return halls;
    }

    private PlanRack RackOf(HallLayout layout, int hall, int index)
    {
        // A manifest's racks have its name, with a number where it makes several.
        var name = layout.Racks[index].Id.Value;
        var places = from row in Enumerable.Range(0, _question.Rows.Count)
                     from type in Enumerable.Range(0, _question.Types.Count)
                     where _question.Types[type].Name == layout.Racks[index].Type && _question.Rows[row].Spec.Hall == layout.Hall.Value
                     let own = HallProof.NameOf(_question.Rows[row], _question.Types[type])
                     where name == own || name.StartsWith(own + "-", StringComparison.Ordinal)
                     orderby own.Length descending
                     select (type, row);
        var (ofType, ofRow) = places.First();
        return new PlanRack(hall, index, name, ofType, ofRow, layout.Racks[index].Leaf);
    }
}

/// <summary>A rack of a planned hall.</summary>
/// <param name="Hall">Index of its hall.</param>
/// <param name="Index">Its index in the hall's layout.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Index of its type.</param>
/// <param name="Row">Index of its row.</param>
/// <param name="Leaf">Its leaf group in the hall, or -1.</param>
internal sealed record PlanRack(int Hall, int Index, string Name, int Type, int Row, int Leaf);
