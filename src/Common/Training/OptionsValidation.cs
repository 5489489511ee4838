using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;

namespace Diptych.Common.Training;

/// <summary>Checks the ranges options records declare, so that a run fails before it begins.</summary>
public static class OptionsValidation
{
    /// <summary>Throws for the first property out of its declared range, named as on the command line.</summary>
    /// <exception cref="DiptychException">A value is out of range.</exception>
    public static void Check(object options)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var property in options.GetType().GetProperties())
        {
            var value = property.GetValue(options);
            if (value is not null && property.GetCustomAttribute<RangeAttribute>() is { } range && !range.IsValid(value))
            {
                throw new DiptychException($"--{JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name)} {value} is out of range: choose from {range.Minimum} to {range.Maximum}.");
            }
        }
    }
}
