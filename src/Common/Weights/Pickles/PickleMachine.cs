using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Diptych.Common.Weights.Pickles;

/// <summary>
/// Reads a pickle as data. The format is a program for a stack machine (Python's <c>pickletools</c> documents its opcodes); this machine
/// knows the opcodes that build plain values, and hands names, calls and persistent ids to code that only describes tensors.
/// </summary>
internal sealed class PickleMachine
{
    private const int DeepestStack = 1 << 20;

    private static readonly object Mark = new();

    private readonly string _path;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly PickleGlobals _globals;
    private readonly Func<object?, object?> _persistent;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<long, object?> _memo = [];
    private int _at;

    public PickleMachine(string path, ReadOnlyMemory<byte> bytes, Func<object?, object?> persistent) =>
        (_path, _bytes, _persistent, _globals) = (path, bytes, persistent, new PickleGlobals(path));

    /// <summary>Bytes read so far; several pickles may stand one behind the other.</summary>
    public int Position => _at;

    /// <summary>Reads one pickle, up to its end mark.</summary>
    /// <exception cref="DiptychException">It is damaged, or asks for something no file of weights needs.</exception>
    public object? Read()
    {
        try
        {
            _stack.Clear();
            _memo.Clear();
            while (true)
            {
                var opcode = (char)Byte();
                if (opcode == '.')
                {
                    return Pop();
                }

                Step(opcode);
                if (_stack.Count > DeepestStack)
                {
                    throw Damaged("is nested too deeply");
                }
            }
        }
        catch (Exception e) when (e is ArgumentException or InvalidCastException or KeyNotFoundException or IndexOutOfRangeException or FormatException or OverflowException or InvalidOperationException)
        {
            throw new DiptychException($"{_path}: its pickle is damaged or cut short near byte {_at}; download or write it again.", e);
        }
    }

    private void Step(char opcode)
    {
        switch (opcode)
        {
            case '\x80': Byte(); break; // PROTO
            case '\x95': Take(8); break; // FRAME: a hint about buffering
            case '(': Push(Mark); break;
            case '0': Pop(); break;
            case '1': PopToMark(); break;
            case '2': Push(_stack[^1]); break;
            case 'N': Push(null); break;
            case '\x88': Push(true); break;
            case '\x89': Push(false); break;
            case 'K': Push((long)Byte()); break;
            case 'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case 'J': Push((long)Int32()); break;
            case 'I': Push(Line() switch { "00" => false, "01" => true, var text => long.Parse(text, CultureInfo.InvariantCulture) }); break;
            case 'L': PushWhole(BigInteger.Parse(Line().TrimEnd('L'), CultureInfo.InvariantCulture)); break;
            case '\x8a': PushWhole(new BigInteger(Take(Byte()))); break; // LONG1
            case '\x8b': PushWhole(new BigInteger(Take(Int32()))); break; // LONG4
            case 'F': Push(double.Parse(Line(), CultureInfo.InvariantCulture)); break;
            case 'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case 'U': Push(Latin1(Take(Byte()))); break; // SHORT_BINSTRING
            case 'T': Push(Latin1(Take(Int32()))); break;
            case 'S': Push(Line()[1..^1]); break;
            case 'V': Push(Line()); break;
            case 'X': Push(Utf8(Take(Int32()))); break;
            case '\x8c': Push(Utf8(Take(Byte()))); break;
            case '\x8d': Push(Utf8(Take(Int64()))); break;
            case 'B': Push(Take(Int32()).ToArray()); break;
            case 'C': Push(Take(Byte()).ToArray()); break;
            case '\x8e': Push(Take(Int64()).ToArray()); break;
            case ']': Push(new List<object?>()); break;
            case '}': Push(new Dictionary<object, object?>()); break;
            case '\x8f': Push(new List<object?>()); break; // EMPTY_SET
            case ')': Push(Array.Empty<object?>()); break;
            case '\x85': Tuple(1); break;
            case '\x86': Tuple(2); break;
            case '\x87': Tuple(3); break;
            case 't': Push(PopToMark().ToArray()); break;
            case 'l': Push(PopToMark()); break;
            case '\x91': Push(PopToMark()); break; // FROZENSET
            case 'd': Push(Fill([], PopToMark())); break;
            case 'a': Append([Pop()]); break;
            case 'e': Append(PopToMark()); break;
            case '\x90': Append(PopToMark()); break; // ADDITEMS
            case 's': SetOne(); break;
            case 'u': SetMany(); break;
            case 'p': Put(long.Parse(Line(), CultureInfo.InvariantCulture)); break;
            case 'q': Put(Byte()); break;
            case 'r': Put(Int32()); break;
            case '\x94': Put(_memo.Count); break; // MEMOIZE
            case 'g': Push(_memo[long.Parse(Line(), CultureInfo.InvariantCulture)]); break;
            case 'h': Push(_memo[Byte()]); break;
            case 'j': Push(_memo[Int32()]); break;
            case 'c': Push(_globals.Find(Line(), Line())); break;
            case '\x93': StackGlobal(); break;
            case 'Q': Push(_persistent(Pop())); break;
            case 'P': Push(_persistent(Line())); break;
            case 'R': Reduce(); break;
            case '\x81': Reduce(); break; // NEWOBJ
            case 'b': Build(); break;
            default: throw Damaged($"holds the instruction 0x{(int)opcode:x2}, which no file of weights needs");
        }
    }

    private void Reduce()
    {
        var arguments = (object?[])Pop()!;
        Push(_globals.Call(Pop(), arguments));
    }

    // Attributes set from outside: the order of a state_dict, a dtype's byte order. Only a ParameterDict keeps its tensors there.
    private void Build()
    {
        var attributes = Pop() as Dictionary<object, object?>;
        if (_stack[^1] is not (Dictionary<object, object?> or PickledNumpyType or PickledTensor))
        {
            throw Damaged("sets attributes of something that is no table of weights");
        }

        if (_stack[^1] is Dictionary<object, object?> table && attributes?.GetValueOrDefault("_parameters") is Dictionary<object, object?> parameters)
        {
            foreach (var (name, value) in parameters)
            {
                table[name] = value;
            }
        }
    }

    private void StackGlobal()
    {
        var name = (string)Pop()!;
        Push(_globals.Find((string)Pop()!, name));
    }

    private void Tuple(int count)
    {
        var items = _stack.GetRange(_stack.Count - count, count).ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        Push(items);
    }

    private void Append(List<object?> items) => ((List<object?>)_stack[^1]!).AddRange(items);

    private void SetOne()
    {
        var value = Pop();
        var key = Pop();
        Fill((Dictionary<object, object?>)_stack[^1]!, [key, value]);
    }

    private void SetMany()
    {
        var items = PopToMark();
        Fill((Dictionary<object, object?>)_stack[^1]!, items);
    }

    private static Dictionary<object, object?> Fill(Dictionary<object, object?> table, List<object?> items)
    {
        for (var i = 0; i < items.Count; i += 2)
        {
            table[items[i] ?? ""] = items[i + 1];
        }

        return table;
    }

    // Numbers are longs wherever they fit; not by "?:", which would turn the long back into a BigInteger.
    private void PushWhole(BigInteger value)
    {
        if (value >= long.MinValue && value <= long.MaxValue)
        {
            Push((long)value);
        }
        else
        {
            Push(value);
        }
    }

    private void Put(long key) => _memo[key] = _stack[^1];

    private void Push(object? value) => _stack.Add(value);

    private object? Pop()
    {
        var value = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return ReferenceEquals(value, Mark) ? throw new FormatException("A mark stands where a value should.") : value;
    }

    private List<object?> PopToMark()
    {
        var mark = _stack.FindLastIndex(v => ReferenceEquals(v, Mark));
        var items = _stack.GetRange(mark + 1, _stack.Count - mark - 1);
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }

    private byte Byte() => Take(1)[0];

    private int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    private long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    private ReadOnlySpan<byte> Take(long count)
    {
        var taken = _bytes.Span.Slice(_at, checked((int)count));
        _at += (int)count;
        return taken;
    }

    private string Line()
    {
        var length = _bytes.Span[_at..].IndexOf((byte)'\n');
        var line = Latin1(Take(length));
        _at++;
        return line;
    }

    private static string Latin1(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private static string Utf8(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private DiptychException Damaged(string what) => new($"{_path}: its pickle {what}; nothing was executed. Use the model's safetensors, or download the file again.");
}
