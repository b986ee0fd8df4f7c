using ControlPlane.Domain.Units;
using ControlPlane.Facility.Cooling;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class CoolingTests
{
    private static readonly Gen<double> Heat = Gen.Double[0, 2000];

    [Fact]
    public void A_mass_keeps_the_energy_balance() =>
        Gen.Select(Gen.Double[20, 90], Heat, Gen.Double[10, 45], Gen.Double[0.001, 100]).Sample((start, watts, coolant, seconds) =>
        {
            // Put in less what the coolant took is what the mass holds more; the coolant took the integral of (T - Tc)/R.
            var mass = ThermalMass.ColdPlate;
            const int Parts = 4000;
            var (now, taken) = (Celsius.FromDegrees(start), 0.0);
            for (var i = 0; i < Parts; i++)
            {
                var next = mass.After(now, Watts.FromWatts(watts), Celsius.FromDegrees(coolant), TimeSpan.FromSeconds(seconds / Parts));
                taken += ((now.Value + next.Value) / 2 - coolant) / mass.KelvinPerWatt * seconds / Parts;
                now = next;
            }
            var held = mass.JoulesPerKelvin * (now.Value - start);
            return Math.Abs(watts * seconds - taken - held) < 0.02 * (1 + watts * seconds + Math.Abs(taken));
        }, iter: 30);

    [Fact]
    public void The_time_until_a_limit_ends_at_the_limit() =>
        Gen.Select(Gen.Double[500, 2000], Gen.Double[20, 45]).Sample((watts, coolant) =>
        {
            var (mass, draw, cool) = (ThermalMass.ColdPlate, Watts.FromWatts(watts), Celsius.FromDegrees(coolant));
            var limit = Celsius.FromDegrees(coolant + watts * mass.KelvinPerWatt * 0.8);
            var seconds = mass.SecondsUntil(cool, limit, draw, cool);
            return Math.Abs(mass.After(cool, draw, cool, TimeSpan.FromSeconds(seconds)).Value - limit.Value) < 1e-3;
        });

    [Fact]
    public void The_two_failures_leave_very_different_times()
    {
        var flowLost = ThermalMass.ColdPlate.UntilWithoutFlow(Celsius.FromDegrees(76), Celsius.FromDegrees(90), Watts.FromWatts(1200));
        var loop = new CoolantLoop(100, Fluid.Water, FluidFlow.FromLitresPerMinute(180));
        var waterLost = loop.SecondsWithoutFacilityWater(Celsius.FromDegrees(30), Celsius.FromDegrees(50), Watts.FromKilowatts(120));
        Assert.Equal(9.33, flowLost.TotalSeconds, 2);
        Assert.Equal(69.67, waterLost, 2);
    }

    [Fact]
    public void A_loop_without_facility_water_warms_by_its_heat() =>
        Gen.Select(Gen.Int[1, 200], Gen.Int[1, 300]).Sample((kilowatts, seconds) =>
        {
            var loop = new CoolantLoop(100, Fluid.Water, FluidFlow.FromLitresPerMinute(180));
            var after = loop.After(Celsius.FromDegrees(30), Watts.FromKilowatts(kilowatts), null, 1, TimeSpan.FromSeconds(seconds));
            return Math.Abs((after.Value - 30) * loop.Capacity.JoulesPerKelvin - kilowatts * 1000.0 * seconds) < 1;
        });

    [Fact]
    public void Room_air_alone_lasts_half_a_minute() =>
        Assert.Equal(24.12, HeatCapacity.OfRoom(2000, Fluid.Air).SecondsToRise(Watts.FromKilowatts(1000), 10), 2);

    [Fact]
    public void A_flow_carries_the_heat_it_was_sized_for() =>
        Gen.Select(Gen.Int[1, 200], Gen.Double[1, 30], Gen.Bool.Select(isAir => isAir ? Fluid.Air : Fluid.Water)).Sample((kilowatts, rise, fluid) =>
        {
            var flow = FluidFlow.For(Watts.FromKilowatts(kilowatts), rise, fluid);
            return Math.Abs(flow.RiseKelvin(Watts.FromKilowatts(kilowatts), fluid) - rise) < 1e-9
                && Math.Abs(flow.Heat(rise, fluid).Kilowatts - kilowatts) < 1e-5;
        });

    [Fact]
    public void Air_that_comes_back_warms_inlets_and_keeps_the_energy_balance() =>
        Gen.Select(Gen.Double[0, 0.2].Array[9], Gen.Double[0.1, 2].Array[3], Gen.Int[0, 20000].Array[3]).Sample((shares, flows, watts) =>
        {
            var rows = shares.Chunk(3).ToArray();
            var air = new Recirculation(rows, [.. flows.Select(FluidFlow.FromCubicMetresPerSecond)], Fluid.Air);
            var heat = watts.Select(one => Watts.FromWatts(one)).ToList();
            var (inlets, outlets) = (air.Inlets(heat, Celsius.FromDegrees(20)), air.Outlets(heat, Celsius.FromDegrees(20)));
            // Each inlet is a mix of supply air and of the outlets' shares.
            return Enumerable.Range(0, 3).All(rack =>
            {
                var mixed = air.WattsPerKelvin[rack] * 20 + Enumerable.Range(0, 3).Sum(from => rows[from][rack] * air.WattsPerKelvin[from] * (outlets[from].Value - 20));
                return inlets[rack].Value >= 20 - 1e-9 && Math.Abs(mixed / air.WattsPerKelvin[rack] - inlets[rack].Value) < 1e-6;
            });
        });

    [Fact]
    public void Warmer_supply_passes_to_every_inlet_one_to_one()
    {
        var air = new Recirculation([[0.05, 0.1], [0.02, 0.05]], [FluidFlow.FromCubicMetresPerSecond(0.5), FluidFlow.FromCubicMetresPerSecond(0.5)], Fluid.Air);
        Watts[] heat = [Watts.FromKilowatts(10), Watts.FromKilowatts(15)];
        var (cool, warm) = (air.Inlets(heat, Celsius.FromDegrees(20)), air.Inlets(heat, Celsius.FromDegrees(28)));
        Assert.All(cool.Zip(warm), pair => Assert.Equal(8, pair.Second.Value - pair.First.Value, 9));
        Assert.Equal(27, air.Inlets(heat, air.WarmestSupply(heat, Celsius.FromDegrees(27))).Max(inlet => inlet.Value), 9);
    }

    [Fact]
    public void Refuses_figures_that_cannot_be()
    {
        var flow = FluidFlow.FromCubicMetresPerSecond(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Fluid(0, 4180));
        Assert.Throws<ArgumentOutOfRangeException>(() => FluidFlow.FromLitresPerMinute(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Recirculation([[0.6, 0.6], [0, 0]], [flow, flow], Fluid.Air));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Recirculation([[0.1]], [flow, flow], Fluid.Air));
        Assert.Throws<ArgumentOutOfRangeException>(() => HeatCapacity.OfLoop(-1, Fluid.Water));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HeatCapacity(0).KelvinPerSecond(Watts.FromWatts(1)));
    }
}
